"""The time of several questions together, so that a client gives up, with a sentence, before whoever waits for it."""

from __future__ import annotations

import time

from ops_tests.errors import NoAnswerInTime


class Budget:
    """Lets questions begin for so many seconds; the one under way then is still answered."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._ends_at = time.monotonic() + seconds

    def demand(self, what: str) -> None:
        """Let the next question begin.

        Args:
            what: What would be asked, for the sentence.

        Raises:
            NoAnswerInTime: The ones before it took all the time.
        """
        if time.monotonic() >= self._ends_at:
            raise NoAnswerInTime(
                f"{what} was not asked: what was asked before it took over {self._seconds:g} s; expected less. "
                "Is the other side, or this machine, slow?"
            )
