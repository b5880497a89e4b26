"""A process that outlives a killed run just long enough to end the commands that it left running.

It is started as ``python -I -S command_guard.py`` with a pipe from the run as its input, on which it is told ``+PID``
of each command that starts and ``-PID`` of each that ended. However the run ends, the pipe closes.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_SECONDS = 5.0
"""Between SIGTERM and SIGKILL: flyctl releases its leases within this time."""


def still_running(lines: Iterable[str]) -> set[int]:
    """The groups that were begun and not ended, once there are no more lines."""
    running: set[int] = set()
    for line in lines:
        (running.add if line.startswith("+") else running.discard)(int(line[1:]))
    return running


def _signal(groups: set[int], number: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, number)


if __name__ == "__main__":
    left = still_running(sys.stdin)
    if left:
        _signal(left, signal.SIGTERM)
        time.sleep(GRACE_SECONDS)
        _signal(left, signal.SIGKILL)
