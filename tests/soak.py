"""No false alarm: healthy runs in a row, on a quiet machine and on a loaded one, and how many of them were not green.

Usage: ``python -m tests.soak [--smoke 300] [--others 50]``; ``make soak`` runs it whole.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import click

from tests.running import Finished, run_suite

SUITES = ("smoke", "daily", "weekly", "monthly", "post_deploy", "audit", "dr_drill")
WITHOUT_LATENCY = ("-k", "not in_time")
"""On a loaded machine an answer within a second is the machine's matter."""


@dataclass
class Half:
    """What the runs of one half came to.

    Attributes:
        name: How its runs were made: ``quiet``, or how many at once.
        runs: How many runs have ended.
        outcomes: How many checks ended with each word.
        wrong: What every run that was not green printed last.
    """

    name: str
    runs: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def count(self, suite: str, finished: Finished) -> None:
        """Add a run; one without a record counts as not green."""
        self.runs += 1
        checks = finished.record.checks if finished.record else ()
        self.outcomes.update(one.outcome for one in checks)
        if finished.status != 0 or not checks:
            last = "\n".join(finished.lines[-12:])
            self.wrong.append(f"{self.name}, {suite}, run {self.runs}: exit status {finished.status}\n{last}")

    @property
    def line(self) -> str:
        """The count of the half."""
        judged = sum(number for word, number in self.outcomes.items() if word != "not applicable")
        red, blind = self.outcomes["finding"], self.outcomes["blind"]
        return (
            f"{self.name}: {self.runs} runs, {len(self.wrong)} not green; "
            f"{judged} checks judged, {red} red, {blind} blind"
        )


def soak(name: str, plan: Sequence[str], arguments: tuple[str, ...]) -> Half:
    """Run the suites of the plan one after the other in one folder, so that its history grows as in production."""
    half = Half(name)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        for suite in plan:
            half.count(suite, run_suite(Path(folder), "--target", "sandbox", "-m", suite, *arguments))
            if half.runs % 10 == 0:
                click.echo(f"{time.strftime('%H:%M:%S')} {half.line}", err=True)
    return half


def loaded(name: str, plan: Sequence[str], at_once: int) -> Half:
    """Run the suites of the plan several at a time: the runs themselves keep every core busy."""
    shares = [plan[first::at_once] for first in range(at_once)]
    with ProcessPoolExecutor(at_once, mp_context=multiprocessing.get_context("spawn")) as pool:
        parts = list(pool.map(soak, [name] * at_once, shares, [WITHOUT_LATENCY] * at_once))
    outcomes = sum((part.outcomes for part in parts), Counter[str]())
    return Half(name, sum(part.runs for part in parts), outcomes, [told for part in parts for told in part.wrong])


@click.command()
@click.option("--smoke", default=300, help="How many smoke runs each half has.")
@click.option("--others", default=50, help="How many runs of each other suite.")
def main(smoke: int, others: int) -> None:
    """Run every suite again and again on a healthy sandbox; whatever is not green is a false alarm."""
    at_once = 2 * (os.cpu_count() or 1)
    plan = [suite for suite in SUITES for _ in range(smoke if suite == "smoke" else others)]
    halves = [soak("quiet", plan, ()), loaded(f"{at_once} at once", plan, at_once)]
    for told in (told for half in halves for told in half.wrong):
        click.echo(told)
    for half in halves:
        click.echo(half.line)
    sys.exit(any(half.wrong for half in halves))


if __name__ == "__main__":
    main()
