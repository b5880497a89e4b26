"""What many targets cost: CPU and memory of a smoke run on 10, 30 and 100 of them, and the straight line through it.

Usage: ``python -m tests.many``; ``make many-targets``. Each size is run both ways: in four workers of one run, and on
four machines with a shard each, all writing one PostgreSQL.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from statistics import linear_regression

import click

from tests.many.running import Took, run_at_once
from tests.many.systems import CHECKS, Systems, systems

SIZES = (10, 30, 100)
WAYS: dict[str, Sequence[Sequence[str]]] = {
    "four workers (-n 4)": [("-n4",)],
    "four shards at once": [(f"--shard={number}/4",) for number in range(1, 5)],
}
GOOD = {0, 1}
"""Exit statuses of a run that judged: the system with the fault is among the hundred."""


@click.command()
def main() -> None:
    """Measure and print."""
    broken = []
    with systems() as made:
        for name, ways in WAYS.items():
            took = {size: _measured(made, size, ways) for size in SIZES}
            click.echo("\n".join(_lines(name, took)))
            broken += [one.output for one in took.values() if not set(one.statuses) <= GOOD]
    for output in broken:
        click.echo(output)
    sys.exit(bool(broken))


def _measured(made: Systems, size: int, ways: Sequence[Sequence[str]]) -> Took:
    with made.empty_history():
        return run_at_once(made, size, ways)


def _lines(name: str, took: dict[int, Took]) -> list[str]:
    """A line for each size, and what each further target costs by the straight line through all."""
    lines = [f"{name}:"]
    for size, one in took.items():
        cpu = f"CPU {one.cpu_seconds:6.2f} s  {1000 * one.cpu_seconds / (size * len(CHECKS)):6.1f} ms a check"
        lines.append(f"  {size:4} targets  {cpu}  {one.peak_mib:4.0f} MiB")
    used = linear_regression(list(took), [one.cpu_seconds for one in took.values()])
    memory = linear_regression(list(took), [one.peak_mib for one in took.values()])
    lines.append(
        f"  CPU {used.intercept:.2f} s and {1000 * used.slope / len(CHECKS):.1f} ms for each further check; "
        f"the largest process {memory.intercept:.0f} MiB and {memory.slope:.2f} MiB for each further target"
    )
    return lines


if __name__ == "__main__":
    main()
