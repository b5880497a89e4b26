"""``python -I -S launched.py FILE COMMAND...``: runs a command and writes what it took into FILE, as JSON.

The largest memory of a process goes with it through exec, so that one begun from a large process would be told that
one's as its own. So a small one stands in between.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Took:
    """What a command took, with all it waited for.

    Attributes:
        began: When, in seconds of the epoch.
        seconds: Of the clock.
        cpu_seconds: Of the processors.
        peak_mib: The memory of the process that had most.
    """

    began: float
    seconds: float
    cpu_seconds: float
    peak_mib: float

    @classmethod
    def told_in(cls, file: Path) -> Took:
        """What was written into a file."""
        return cls(**json.loads(file.read_text(encoding="utf-8")))


def launching(command: Sequence[str], file: Path) -> list[str]:
    """The command that runs a command and writes what it took into a file."""
    return [sys.executable, "-I", "-S", __file__, str(file), *command]


def main(file: Path, *command: str) -> int:
    """Run it; returns its exit status, as a shell has it."""
    began, started = time.time(), time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    took = Took(began, time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
    file.write_text(json.dumps(vars(took)), encoding="utf-8")
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
