"""Ways to do the same thing, measured in turns: what disturbs the machine for a while disturbs all of them."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

ROUNDS = 7
"""How often each way is run, after one round that counts for nothing: bytecode is written, caches are filled."""


@dataclass(frozen=True)
class Once:
    """One run of a way.

    Attributes:
        seconds: Of the clock.
        cpu_seconds: Of the process and all it waited for.
        peak_mib: The memory of the process that had most.
    """

    seconds: float
    cpu_seconds: float
    peak_mib: float


@dataclass(frozen=True)
class Measured:
    """All runs of a way."""

    runs: list[Once] = field(default_factory=list)

    @property
    def least(self) -> float:
        """The shortest, in seconds."""
        return min(run.seconds for run in self.runs)

    @property
    def middle(self) -> float:
        """The median, in seconds."""
        return median(run.seconds for run in self.runs)

    @property
    def cpu(self) -> float:
        """The median CPU time, in seconds."""
        return median(run.cpu_seconds for run in self.runs)

    @property
    def peak_mib(self) -> float:
        """The most memory of any run."""
        return max(run.peak_mib for run in self.runs)

    def row(self, name: str, beside: Measured) -> list[str]:
        """A row of the table: name, min, median, CPU, and the ratio of both to another way."""
        ratios = f"{self.least / beside.least:.2f}", f"{self.middle / beside.middle:.2f}"
        return [name, *(f"{1000 * one:.0f} ms" for one in (self.least, self.middle, self.cpu)), *ratios]


HEADER = ("", "min", "median", "CPU", "min x", "median x")
"""Of a table of such rows."""


def interleaved(ways: Mapping[str, Callable[[], Once]], rounds: int = ROUNDS) -> dict[str, Measured]:
    """Run every way once a round, in turns."""
    measured = {name: Measured() for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            once = way()
            if number:
                measured[name].runs.append(once)
    return measured


def process(
    command: Sequence[str], folder: Path, environ: Mapping[str, str] | None = None, good: Sequence[int] = (0,)
) -> Once:
    """Run a command and measure all of it, from the start to the end of the process.

    Raises:
        RuntimeError: It ended otherwise than it should, with what it printed: a failure is no measurement.
    """
    printed = folder / "printed.txt"
    with printed.open("wb") as output:
        began = time.perf_counter()
        started = subprocess.Popen(command, cwd=folder, env=environ, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(started.pid, 0)
        seconds = time.perf_counter() - began
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in good:
        raise RuntimeError(
            f"{' '.join(command)} ended with {started.returncode}:\n{printed.read_text(errors='replace')}"
        )
    return Once(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
