"""How bad a measured value is (L1 within 4 h, L2 within 1 h, L3 within 15 minutes)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ops_tests.records.run import Level

if TYPE_CHECKING:
    from ops_tests.limits import Limit


def level_of(value: float, limit: Limit) -> Level | None:
    """The level of ``value``: None within the limit, else what the limit's own thresholds say."""
    if not _beyond(value, limit.value, limit):
        return None
    if limit.l3_from is not None and _reaches(value, limit.l3_from, limit):
        return Level.L3
    if limit.l2_from is not None and _reaches(value, limit.l2_from, limit):
        return Level.L2
    return Level.L1


def _reaches(value: float, step: float, limit: Limit) -> bool:
    return value <= step if limit.at_least else value >= step


def _beyond(value: float, step: float, limit: Limit) -> bool:
    return value < step if limit.at_least else value > step


def worst(levels: Iterable[Level | None]) -> Level | None:
    """The highest of the levels, or None when there is none."""
    return max((level for level in levels if level), default=None)
