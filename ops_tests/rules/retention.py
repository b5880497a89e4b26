"""Judging whether what was dealt with is deleted in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.limits import Limit

if TYPE_CHECKING:
    from ops_tests.records.database import TableAge
    from ops_tests.target_parts import RetentionPart


def limit(part: RetentionPart) -> Limit:
    """How old a row may be: the retention, and as much again as the next clean-up may be away."""
    key = "retention.days + retention.cleanup_interval_days"
    return Limit(value=part.days + part.cleanup_interval_days, unit="d", key=key)


def oldest_days(age: TableAge) -> float:
    """Age of the oldest row in days by the database's clock; 0 without any."""
    return (age.read_at - age.oldest).total_seconds() / 86400 if age.oldest else 0.0


def described(age: TableAge) -> str:
    """``3 of 55 rows are too old, the oldest of 2026-10-29 04:33Z (23.2 d)``; without any ``no row``."""
    if not age.oldest:
        return "no row"
    return (
        f"{age.expired} of {age.rows} rows are too old, the oldest of {age.oldest:%Y-%m-%d %H:%M}Z "
        f"({oldest_days(age):.1f} d)"
    )
