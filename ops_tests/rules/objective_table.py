"""The objectives as a table of plain lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops_tests.rules.wording import excerpt, quantity

if TYPE_CHECKING:
    from ops_tests.records.objective import Objective

_HEADER = ("objective", "word", "measured", "limit", "budget left", "samples", "window")
SENTENCE_LENGTH = 160


def objective_table(objectives: Sequence[Objective]) -> list[str]:
    """One line for each objective below a header, and for those that are not met or not known a second one, why."""
    if not objectives:
        return []
    several = len({one.target for one in objectives}) > 1
    rows = [_HEADER, *(_cells(one, several=several) for one in objectives)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADER))]
    header, *lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    told = zip(lines, objectives, strict=True)
    return [header, *(line for row, one in told for line in (row, *_why(one)))]


def _cells(one: Objective, *, several: bool) -> tuple[str, ...]:
    value, limit = ("-" if number is None else quantity(number, one.unit) for number in (one.value, one.limit))
    budget = "-" if one.budget_left_percent is None else f"{one.budget_left_percent:.0f} %"
    name = f"{one.id} on {one.target}" if several else one.id
    return name, one.outcome, value, limit, budget, f"{one.samples:,}", one.window


def _why(one: Objective) -> list[str]:
    return [f"    {excerpt(one.sentence, SENTENCE_LENGTH)}"] if one.outcome != "ok" and one.sentence else []
