"""What is started as ``wrangler``: it only starts the child that does the work, and so imports next to nothing."""

from __future__ import annotations

import os
import sys
from _signal import SIGINT, SIGTERM, signal  # type: ignore[import-not-found]  # enums take a third of a call

CHILD = "--child"


def launch(script: str, state: str, *argv: str) -> int:
    """Start the child and wait for it.

    It hands no signal on but SIGTERM, and a child that a signal killed is to it one that did well.
    """
    started: list[int] = []

    def end(*_signal: object) -> None:
        for pid in started:
            try:
                os.kill(pid, SIGTERM)
            except ProcessLookupError:  # it has just ended by itself
                return

    for number in (SIGINT, SIGTERM):
        signal(number, end)
    command = [sys.executable, "-I", "-S", script, CHILD, state, *argv]
    started.append(os.posix_spawn(sys.executable, command, os.environ))
    return max(0, os.waitstatus_to_exitcode(os.waitpid(started[0], 0)[1]))
