"""Where the time of a run of ours goes: until observations begin, waiting, judging, the end."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import environments, observed
from benchmarks.side_by_side import process

if TYPE_CHECKING:
    from tests.launched import Took


@dataclass(frozen=True)
class Split:
    """Where the time went, in seconds.

    Attributes:
        start: Until observations begin.
        slowest: The observation that ended last, from there on, with what it waited for.
        name: Which that was.
        judging: From its end until the last check was judged.
        end: Until the process had ended.
    """

    start: float
    slowest: float
    name: str
    judging: float
    end: float

    @property
    def around(self) -> float:
        """All but the observation."""
        return self.start + self.judging + self.end

    def __str__(self) -> str:
        return (
            f"{self.start:.2f} s until observations begin, {self.slowest:.2f} s its slowest observation "
            f"(`{self.name}`), {self.judging:.2f} s until the last check is judged, {self.end:.2f} s until the process "
            "has ended"
        )


def observed_process(arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> tuple[Took, Split]:
    """Run pytest as a user of the suite in a folder, and measure it.

    Raises:
        RuntimeError: It did not end with 0.
    """
    file = folder / "observed.json"
    command = [environments.ours().command("pytest"), "-p", observed.__name__, *arguments]
    once = process(command, folder, {**environ, observed.FILE: str(file), "PYTHONPATH": str(environments.ROOT)})
    seen = {name: (first, last) for name, (first, last) in json.loads(file.read_text(encoding="utf-8")).items()}
    begun, judged = seen.pop(observed.JUDGED)
    name = max(seen, key=lambda one: seen[one][1])
    ended = seen[name][1]
    return once, Split(begun - once.began, ended - begun, name, judged - ended, once.began + once.seconds - judged)
