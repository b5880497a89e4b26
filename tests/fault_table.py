"""Prints the fault matrix behind a run that has tried faults: what each should turn, what was seen, and the count."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter
from typing import Protocol, TypeVar

import pytest

from tests.behind_a_run import print_line, told

Turned = Mapping[str, tuple[str, str | None]]
"""Outcome and level by check."""
_Row = TypeVar("_Row")
_PROPERTY = "fault"
_WAITS_SECONDS = {
    "logs-empty": 40,
    "seen-by-a-pipeline": 40,
    **dict.fromkeys(("logs-old-only", "wrangler-hangs", "fly-hangs", "health-dripping"), 30),
    **dict.fromkeys(("tail-silent", "tail-not-ours", "metrics-hangs", "tail-late", "proxy-hangs", "far-away"), 15),
    **dict.fromkeys(("webhooks-slow-now-and-then", "metrics-slow", "analytics-hangs", "api-slower", "fly-slow"), 10),
}
"""Rows that wait for what comes late or never, the longest first."""
_DRILL_SECONDS = 15
_BEGUN_BY = 0.75
"""By this share of the others, the last of the waiting rows has begun, so that the matrix does not end waiting."""
_HEADER = ("fault", "expected turns", "seen", "verdict", "seconds")


class Tried(Protocol):
    """Takes a fault's name, what it should turn, what it turned, and how many runs that took."""

    def __call__(self, fault: str, expected: Turned, seen: Turned, runs: int = 1) -> None:
        """Put them into the table."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    fault: str
    expected: str
    seen: str
    as_declared: bool
    runs: int
    seconds: float

    @property
    def cells(self) -> tuple[str, ...]:
        """What stands in the table."""
        verdict = "as declared" if self.as_declared else "OTHERWISE"
        verdict += f", run {self.runs}" if self.runs > 1 else ""
        return self.fault, self.expected, self.seen, verdict, f"{self.seconds:.1f}"


@pytest.fixture
def tried(record_property: Callable[[str, object], None]) -> Tried:
    """Put a fault into the table."""

    def tried(fault: str, expected: Turned, seen: Turned, runs: int = 1) -> None:
        record_property(_PROPERTY, [fault, in_words(expected), in_words(seen), runs])

    return tried


def in_words(turned: Turned) -> str:
    """``L3 availability/health_answers_200; 34 blind``: a single check by its name, several by their number."""
    groups: dict[str, list[str]] = {}
    for check, (outcome, level) in sorted(turned.items()):
        groups.setdefault(level or outcome, []).append(check)
    ordered = sorted(groups.items(), key=lambda group: ("L3", "L2", "L1", "blind", "note").index(group[0]))
    named = [f"{word} {_which(checks)}" for word, checks in ordered]
    return "; ".join(named) or "nothing"


def _which(checks: list[str]) -> str:
    return checks[0] if len(checks) == 1 else f"{len(checks)} checks"


def rows(told_of: Iterable[tuple[pytest.TestReport, object]]) -> list[Row]:
    """The faults that were tried, by name."""
    found = [
        Row(str(words[0]), str(words[1]), str(words[2]), report.passed, words[3], report.duration)
        for report, words in told_of
        if isinstance(words, list)
    ]
    return sorted(found, key=lambda row: row.fault)


def table(found: list[Row]) -> list[str]:
    """The table, and the count as its last line."""
    cells = [_HEADER, *(row.cells for row in found)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(_HEADER))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    declared = sum(row.as_declared for row in found)
    return [*lines, f"{len(found)} faults, {declared} as declared, {len(found) - declared} otherwise"]


def spread(rows: Sequence[_Row], waits: Callable[[_Row], float]) -> list[_Row]:
    """All of them, so that some wait while others compute: begun together, every worker waits and no core is used."""
    others = [row for row in rows if not waits(row)]
    waiting = sorted((row for row in rows if waits(row)), key=waits, reverse=True)
    ends = list(accumulate(map(waits, waiting), initial=0.0))
    placed = [(float(place), row) for place, row in enumerate(others)]
    placed += [(_BEGUN_BY * len(others) * end / ends[-1], row) for end, row in zip(ends, waiting, strict=False)]
    return [row for _, row in sorted(placed, key=itemgetter(0))]


def _waits(item: pytest.Item) -> float:
    """How long it waits, in seconds; 0 if it computes."""
    return (
        _DRILL_SECONDS if "drill" in item.name else _WAITS_SECONDS.get(item.name.partition("[")[2].removesuffix("]"), 0)
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the rows that wait among those that compute, where rows stand."""
    rows = {place: item for place, item in enumerate(items) if "tried" in getattr(item, "fixturenames", ())}
    for place, item in zip(rows, spread(list(rows.values()), _waits), strict=True):
        items[place] = item


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Print the table."""
    yield
    found = rows(told(session, _PROPERTY))
    for line in ["", *table(found)] if found else []:
        print_line(session, line)
