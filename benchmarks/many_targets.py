"""What many targets cost: a smoke run on 10, 30 and 100 of them, the line through it, and what pytest alone takes."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import correlation, linear_regression
from typing import TYPE_CHECKING

from benchmarks.figure import Claim, Figure
from benchmarks.side_by_side import Measured, interleaved, process
from tests.many.running import run_at_once
from tests.many.systems import CHECKS, Systems, systems

if TYPE_CHECKING:
    from tests.launched import Took

SIZES = (10, 30, 100)
ROUNDS = 5
ONE, WORKERS, SHARDS = "one process", "four workers (-n 4)", "four shards at once"
WAYS: dict[str, Sequence[Sequence[str]]] = {
    ONE: [()],
    WORKERS: [("-n4",)],
    SHARDS: [(f"--shard={number}/4",) for number in range(1, 5)],
}
BARE: dict[str, Sequence[str]] = {"bare pytest": (), "bare pytest, -n 4": ("-n4",)}
GOOD = {0, 1}
"""Exit statuses of a run that judged: the system with the fault is among the hundred."""
TRIVIAL = """
import pytest

@pytest.mark.parametrize("target", range({targets}))
@pytest.mark.parametrize("check", range({checks}))
def test_nothing(target: int, check: int) -> None:
    pass
"""
LOOKING = "three threads, a TLS handshake and two logins to PostgreSQL for each target"


def figure() -> Figure:
    """Measure every way with every size, in turns."""
    with systems() as made, tempfile.TemporaryDirectory(prefix="bare-") as folder:
        ways: dict[tuple[str, int], Callable[[], Took]] = {}
        for size in SIZES:
            ways |= {(name, size): partial(_smoke, made, size, way) for name, way in WAYS.items()}
            ways |= {(name, size): partial(_trivial, Path(folder), size, way) for name, way in BARE.items()}
        told = {f"{name}, {size} targets": way for (name, size), way in ways.items()}
        measured = dict(zip(ways, interleaved(told, ROUNDS).values(), strict=True))
    return _figure(measured)


def _smoke(made: Systems, size: int, ways: Sequence[Sequence[str]]) -> Took:
    with made.empty_history():
        ran = run_at_once(made, size, ways)
    if not set(ran.statuses) <= GOOD:
        raise RuntimeError(ran.output)
    return ran.took


def _trivial(folder: Path, size: int, way: Sequence[str]) -> Took:
    """As many tests that do nothing, with the plugins a run of checks has, without ours."""
    project = folder / str(size)
    if not project.is_dir():
        project.mkdir()
        (project / "test_nothing.py").write_text(TRIVIAL.format(targets=size, checks=len(CHECKS)), encoding="utf-8")
        (project / "pytest.ini").write_text("[pytest]\ntimeout = 450\ntimeout_method = signal\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command += ["-p", "no:ops_tests.plugin", "--html=report.html", "--self-contained-html", *way]
    once = process(command, project, dict(os.environ))
    shutil.rmtree(project / "assets", ignore_errors=True)
    return once


def _figure(measured: dict[tuple[str, int], Measured]) -> Figure:
    names = [*WAYS, *BARE]
    cpu = {name: _Line([(size, _least_cpu(measured[name, size])) for size in SIZES]) for name in names}
    memory = {name: _Line([(size, measured[name, size].peak_mib) for size in SIZES]) for name in names}
    return Figure(
        "Many targets",
        f"`pytest -m smoke` on 10, 30 and 100 live targets, {len(CHECKS)} checks each, over 11 embedded systems with "
        f"one history in PostgreSQL, on {os.cpu_count()} cores; and as many tests that do nothing, with the same "
        f"plugins but ours. Runs and their workers are counted, the systems they look at are not. {ROUNDS} rounds.",
        ("", "targets", "min", "median", "CPU min", "CPU median", "CPU a check", "largest process"),
        [_row(name, size, measured[name, size]) for name in names for size in SIZES],
        _claims(cpu, memory),
        [f"{name}: {_said(cpu[name], memory[name])}" for name in names],
    )


def _least_cpu(way: Measured) -> float:
    return min(run.cpu_seconds for run in way.runs)


def _row(name: str, size: int, way: Measured) -> list[str]:
    seconds = [f"{one:.2f} s" for one in (way.least, way.middle, _least_cpu(way), way.cpu)]
    a_check = 1000 * _least_cpu(way) / (size * len(CHECKS))
    return [name, str(size), *seconds, f"{a_check:.1f} ms", f"{way.peak_mib:.0f} MiB"]


class _Line:
    """The straight line through what was measured, by number of targets."""

    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        targets, values = zip(*points, strict=True)
        self.slope, self.intercept = linear_regression(targets, values)
        flat = len(set(values)) == 1  # then no correlation is defined, and the line goes through all points
        self.r_squared = 1.0 if flat else correlation(targets, values) ** 2


def _claims(cpu: dict[str, _Line], memory: dict[str, _Line]) -> list[Claim]:
    each = {name: 1000 * line.slope / len(CHECKS) for name, line in cpu.items()}
    why = {
        ONE: f"pytest and pytest-html take {each['bare pytest']:.1f} ms of it for a test that does nothing; "
        f"and {LOOKING}",
        WORKERS: f"pytest, pytest-html and xdist take {each['bare pytest, -n 4']:.1f} ms of it for an empty test, "
        "told in six messages; each of four workers reads every target's file, seeks its secrets and collects every "
        f"check, 8 million instructions a target; and {LOOKING}. Shards collect their own alone",
        SHARDS: f"pytest and pytest-html take {each['bare pytest']:.1f} ms of it; and {LOOKING}; every shard reads "
        "every target's file, since all of them must be right before any is checked",
    }
    claims = [
        Claim(f"CPU for each further check, line through the least, {name}", each[name], " ms", 5, None, why[name])
        for name in WAYS
    ]
    claims += [Claim(f"linear, R² of the CPU, {name}", cpu[name].r_squared, "", None, 0.98) for name in WAYS]
    kept = "the records of all checks are kept until the end, and the report on all of them is made as one text"
    claims += [
        Claim(
            f"memory of the largest process for each further target, {name}",
            memory[name].slope,
            " MiB",
            0.1,
            None,
            kept,
        )
        for name in WAYS
    ]
    return claims


def _said(cpu: _Line, memory: _Line) -> str:
    return (
        f"CPU {cpu.intercept:.2f} s + {1000 * cpu.slope / len(CHECKS):.1f} ms a check (R² {cpu.r_squared:.3f}); "
        f"largest process {memory.intercept:.0f} MiB + {memory.slope:.2f} MiB a target (R² {memory.r_squared:.3f})"
    )
