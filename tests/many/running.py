"""Runs of the smoke suite on many targets, each in a process of its own, and what they took.

What is counted is their own processes, not those of the systems they look at.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.launched import Took, launching
from tests.many.systems import Systems
from tests.running import REPOSITORY

TOOK = "took.json"


@dataclass(frozen=True)
class Ran:
    """A finished run, or several that ran at the same time.

    Attributes:
        statuses: The exit status of each.
        output: All that was printed.
        took: What all of them took, from the first start to the last end.
    """

    statuses: tuple[int, ...]
    output: str
    took: Took


def run_at_once(systems: Systems, at_most: int, ways: Sequence[Sequence[str]]) -> Ran:
    """Run the smoke suite once for each way, all at the same time, each in a folder of its own like a machine.

    Args:
        systems: The targets.
        at_most: How many of them.
        ways: What else each run is told.
    """
    file = systems.targets_file(at_most)
    with tempfile.TemporaryDirectory(prefix="machines-") as place, tempfile.TemporaryFile() as printed:
        folders = [Path(place) / str(number) for number in range(len(ways))]
        begun = [_begun(systems, file, folder, way, printed) for folder, way in zip(folders, ways, strict=True)]
        statuses = tuple(process.wait() for process in begun)
        printed.seek(0)
        output = printed.read().decode(errors="replace")
        each = [Took.told_in(folder / TOOK) for folder in folders]
    began = min(one.began for one in each)
    seconds = max(one.began + one.seconds for one in each) - began
    peak = max(one.peak_mib for one in each)
    return Ran(statuses, output, Took(began, seconds, sum(one.cpu_seconds for one in each), peak))


def _begun(
    systems: Systems, file: Path, folder: Path, way: Sequence[str], printed: IO[bytes]
) -> subprocess.Popen[bytes]:
    folder.mkdir()
    command = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pytest.ini"), "--rootdir", str(folder), "-q"]
    command += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", str(REPOSITORY / "ops_tests" / "checks")]
    command += ["-m", "smoke", f"--targets-file={file}", *way]
    whole = launching(command, folder / TOOK)
    return subprocess.Popen(whole, cwd=folder, env=systems.environ, stdout=printed, stderr=subprocess.STDOUT)
