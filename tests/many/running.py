"""Runs of the smoke suite on many targets, each in a process of its own, and what they took.

What is counted is their own processes, not those of the systems they look at.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.many.systems import Systems
from tests.running import REPOSITORY


@dataclass(frozen=True)
class Took:
    """A finished run, or several that ran at the same time.

    Attributes:
        statuses: The exit status of each.
        output: All that was printed.
        seconds: Of the clock, from the first start to the last end.
        cpu_seconds: Of all their processes together.
        peak_mib: The memory of the process among them that had most.
    """

    statuses: tuple[int, ...]
    output: str
    seconds: float
    cpu_seconds: float
    peak_mib: float


def run_at_once(systems: Systems, at_most: int, ways: Sequence[Sequence[str]]) -> Took:
    """Run the smoke suite once for each way, all at the same time, each in a folder of its own like a machine.

    Args:
        systems: The targets.
        at_most: How many of them.
        ways: What else each run is told.
    """
    file = systems.targets_file(at_most)
    with tempfile.TemporaryDirectory(prefix="machines-") as place, tempfile.TemporaryFile() as printed:
        started = time.perf_counter()
        begun = [_begun(systems, file, Path(place) / str(number), way, printed) for number, way in enumerate(ways)]
        ended = [os.wait4(process.pid, 0) for process in begun]
        seconds = time.perf_counter() - started
        printed.seek(0)
        output = printed.read().decode(errors="replace")
    used = [usage for _, _, usage in ended]
    return Took(
        tuple(os.waitstatus_to_exitcode(status) for _, status, _ in ended),
        output,
        seconds,
        sum(usage.ru_utime + usage.ru_stime for usage in used),
        max(usage.ru_maxrss for usage in used) / 1024,
    )


def _begun(systems: Systems, file: Path, folder: Path, way: Sequence[str], printed: object) -> subprocess.Popen[bytes]:
    folder.mkdir()
    command = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pytest.ini"), "--rootdir", str(folder), "-q"]
    command += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", str(REPOSITORY / "ops_tests" / "checks")]
    command += ["-m", "smoke", f"--targets-file={file}", *way]
    return subprocess.Popen(command, cwd=folder, env=systems.environ, stdout=printed, stderr=subprocess.STDOUT)  # type: ignore[call-overload,no-any-return]
