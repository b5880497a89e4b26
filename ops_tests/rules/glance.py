"""The state of a target at a glance: one row for each thing an operator looks at first, and a rating over all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.rules.levels import worst
from ops_tests.rules.wording import excerpt, listed, quantity, seen

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Level

ROWS = {
    "status": "platform/machines_are_started_and_healthy",
    "health": "availability/health_answers_200",
    "response time": "availability/health_answers_in_time",
    "secrets": "platform/secrets_are_the_documented_ones",
    "errors": "logs/recent_logs_show_no_errors",
    "dead letters": "dead_letters/no_unprocessed_dead_letters",
    "activity": "logs/webhook_activity_is_seen",
}
"""What each row is called, and the check that looks at it."""
LENGTH = 120


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        label: What was looked at.
        outcome: The word of the verdict; "" when nobody has looked yet.
        level: How bad a finding is.
        said: What was seen, shortly.
        looked_at: UTC, or None.
    """

    label: str
    outcome: str = ""
    level: Level | None = None
    said: str = "nobody has looked yet; the daily round does"
    looked_at: datetime | None = None


def row(label: str, check: CheckRecord | None) -> Row:
    """The row of a check's newest record."""
    if check is None:
        return Row(label)
    values = [quantity(one.value, one.unit) for one in check.measurements if one.key]
    told = [seen(check.sentence), *check.notes[:1], *values[:1], *check.evidence[:1], check.claim]
    said = next((one for one in told if one), "")
    return Row(label, check.outcome, check.level, excerpt(said, LENGTH), check.started_at)


def rating(rows: Sequence[Row]) -> str:
    """All rows in one word, and the labels of those that are wrong: ``FINDING L2: dead letters``."""
    red = [one for one in rows if one.outcome == "finding"]
    dark = [one for one in rows if one.outcome == "blind"]
    if red:
        return f"FINDING {worst(one.level for one in red)}: {listed(one.label for one in red)}"
    if dark:
        return f"BLIND: {listed(one.label for one in dark)}"
    return "OK" if any(one.outcome in {"ok", "note"} for one in rows) else "NOTHING KNOWN"
