"""Everything that was looked at, by the instrument that looked, shortly enough for one page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ops_tests.rules.glance import row
from ops_tests.rules.verdict import worst_first
from ops_tests.rules.wording import quantity

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Level

Instrument = Literal["application", "platform", "database", "log", "metrics", "history", "repository"]
INSTRUMENTS: dict[str, Instrument] = {
    "availability": "application",
    "webhooks": "application",
    "platform": "platform",
    "database": "database",
    "dead_letters": "database",
    "logs": "log",
    "traffic": "metrics",
    "objectives": "history",
    "repository": "repository",
}
"""By subject, what its checks look with; a subject nobody named here is its own instrument."""


@dataclass(frozen=True)
class Evidence:
    """What one check saw.

    Attributes:
        check: Its id.
        outcome: The word of its verdict.
        level: How bad a finding is.
        said: What was seen, shortly; of a check that holds its measured value.
    """

    check: str
    outcome: str
    level: Level | None
    said: str


def by_instrument(checks: Iterable[CheckRecord]) -> dict[str, list[Evidence]]:
    """What each instrument saw, those that saw something wrong first, and what is wrong first within each."""
    found: dict[str, list[Evidence]] = {}
    for check in worst_first(one for one in checks if one.outcome != "not applicable"):
        found.setdefault(INSTRUMENTS.get(check.subject, check.subject), []).append(_evidence(check))
    return found


def _evidence(check: CheckRecord) -> Evidence:
    if check.outcome == "ok":
        values = [quantity(one.value, one.unit) for one in check.measurements if one.key]
        return Evidence(check.check, check.outcome, None, ", ".join(values))
    return Evidence(check.check, check.outcome, check.level, row("", check).said)


def holding(evidence: Sequence[Evidence]) -> list[Evidence]:
    """What holds, without a line worth reading."""
    return [one for one in evidence if one.outcome == "ok"]
