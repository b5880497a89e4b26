"""A command that kills itself at one step of a replay: ``python -m tests.letters.killed STEP WORD...``."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from ops_tests.acts.replay import Replay
from ops_tests.clients.acting.dead_letters import DeadLetterTable, HeldLetter
from ops_tests.clients.acting.replays import ReplaySender
from ops_tests.tools.cli import main

STEPS: dict[str, tuple[type, str, str]] = {
    "not yet held": (DeadLetterTable, "held", "before"),
    "held": (ReplaySender, "send", "before"),
    "sent": (ReplaySender, "send", "after"),
    "effect seen": (HeldLetter, "replayed", "before"),
    "marked": (HeldLetter, "replayed", "after"),
    "committed": (Replay, "_one", "after"),
}
"""Which method dies, and on which side of its work."""


def _deadly(method: Callable[..., Any], side: str) -> Callable[..., Any]:
    def dying(*given: Any) -> Any:
        if side == "after":
            method(*given)
        os.kill(os.getpid(), signal.SIGKILL)

    return dying


if __name__ == "__main__":
    owner, name, side = STEPS[sys.argv.pop(1)]
    setattr(owner, name, _deadly(getattr(owner, name), side))
    main()
