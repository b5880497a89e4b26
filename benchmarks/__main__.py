"""``python -m benchmarks``: all figures, into ``benchmarks/RESULTS.md``; with names, those alone, to the terminal."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import click

from benchmarks import machine
from benchmarks.figure import Figure
from benchmarks.side_by_side import ROUNDS

FIGURES = {
    "one-check": "one_check",
    "waiting": "waiting",
    "post-deploy": "post_deploy",
    "logs": "logs",
    "percentiles": "percentiles",
    "report": "report",
    "many-targets": "many_targets",
    "collecting": "collecting",
}
"""Each is a module with a function ``figure``, which measures and returns what was found."""
RESULTS = Path(__file__).with_name("RESULTS.md")
PREFACE = """# How fast it is

Written by `make bench`, which measures everything below side by side in one run: the ways of a figure take turns,
{rounds} times unless it says otherwise, after a round that counts for nothing. Ratios are the claim; times are notes of
this machine, and on one whose speed moves the ratio of CPU moves least. Goals were set before anything was built; why
one was not reached was found with profilers, in November 2026, and not by this run. One figure again, to the terminal:
`make bench ARGS=NAME`, with {names}.

{machine}
"""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(FIGURES)))
def main(names: tuple[str, ...]) -> None:
    """Measure NAMES, or everything."""
    click.echo(f"{machine.described()}\n")
    sections = []
    for name in names or FIGURES:
        click.echo(f"measuring {name} ...", err=True)
        sections.append(_measured(name).markdown())
        click.echo(f"{sections[-1]}\n")
    if not names:
        listed = ", ".join(f"`{name}`" for name in FIGURES)
        preface = PREFACE.format(rounds=ROUNDS, names=listed, machine=machine.described())
        RESULTS.write_text("\n".join([preface, *_spaced(sections)]))


def _measured(name: str) -> Figure:
    found = import_module(f"benchmarks.{FIGURES[name]}").figure()
    assert isinstance(found, Figure)
    return found


def _spaced(sections: list[str]) -> list[str]:
    return [f"{section}\n" for section in sections]


if __name__ == "__main__":
    main()
