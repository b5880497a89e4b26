"""Ways to do the same thing, measured in turns: what disturbs the machine for a while disturbs all of them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from tests.launched import Took, launching

ROUNDS = 7
"""How often each way is run, after one round that counts for nothing: bytecode is written, caches are filled."""


@dataclass(frozen=True)
class Measured:
    """All runs of a way."""

    runs: list[Took] = field(default_factory=list)

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


def interleaved(ways: Mapping[str, Callable[[], Took]], rounds: int = ROUNDS) -> dict[str, Measured]:
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
) -> Took:
    """Run a command and measure all of it, from the start to the end of the process.

    Raises:
        RuntimeError: It ended otherwise than it should, with what it printed: a failure is no measurement.
    """
    printed, told = folder / "printed.txt", folder / "took.json"
    with printed.open("wb") as output:
        ended = subprocess.run(
            launching(command, told), cwd=folder, env=environ, stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if ended.returncode not in good:
        raise RuntimeError(f"{' '.join(command)} ended with {ended.returncode}:\n{printed.read_text(errors='replace')}")
    return Took.told_in(told)
