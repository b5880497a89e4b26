"""A process that outlives a killed run just long enough to end the commands that it left running.

It is started as ``python -I -S command_guard.py`` with a pipe from the run as its input, on which it is told ``+PID``
of each command that starts and ``-PID`` of each that ended. However the run ends, the pipe closes.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

GRACE_SECONDS = 5.0
"""Between SIGTERM and SIGKILL: flyctl releases its leases within this time."""


def still_running(lines: Iterable[str]) -> set[int]:
    """The groups that were begun and not ended, once there are no more lines."""
    running: set[int] = set()
    for line in lines:
        (running.add if line.startswith("+") else running.discard)(int(line[1:]))
    return running


def _end(groups: set[int]) -> None:
    """SIGTERM, and after the time of grace SIGKILL."""
    import signal  # with its modules it takes longer to load than all the rest, and nearly every run ends orderly
    import time

    for number, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, 0)):
        for group in groups:
            try:
                os.killpg(group, number)
            except (ProcessLookupError, PermissionError):
                continue
        time.sleep(seconds)


if __name__ == "__main__":
    left = still_running(sys.stdin)
    if left:
        _end(left)
