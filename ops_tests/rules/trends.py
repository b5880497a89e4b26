"""What a check came to in its newest runs, as points of a line."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.rules.wording import quantity

if TYPE_CHECKING:
    from ops_tests.records.history import PastCheck
    from ops_tests.records.run import CheckRecord, Outcome

SHOWN_RUNS = 30


@dataclass(frozen=True)
class Point:
    """One run: the word it came to, and the value it measured, in the unit of today's, or None."""

    outcome: Outcome
    value: float | None


def scale(past: Sequence[PastCheck], now: CheckRecord) -> tuple[str, float | None]:
    """The unit in which most runs measured, today's among equals, and the newest limit in it.

    A database that takes no connection leaves a count and no seconds; the line is that of the seconds all the same.

    Args:
        past: Earlier runs of the check, oldest first.
        now: This run's record.

    Returns:
        "" and None where nobody ever measured.
    """
    told: list[tuple[str, float | None]] = [(one.unit, one.limit) for one in now.measurements[:1]]
    told += [(one.unit or "", one.limit) for one in reversed(past) if one.value is not None]
    if not told:
        return "", None
    ((unit, _),) = Counter(unit for unit, _ in told).most_common(1)
    return unit, next(limit for one, limit in told if one == unit)


def points(past: Sequence[PastCheck], now: CheckRecord, unit: str) -> list[Point]:
    """The newest 30 runs, this one last.

    Args:
        past: Earlier runs of the check, oldest first.
        now: This run's record.
        unit: Of the line; a value of another unit is none.
    """
    today = next((one.value for one in now.measurements if one.unit == unit), None)
    earlier = [
        Point(one.outcome, one.value if one.unit == unit else None) for one in past if one.outcome != "not applicable"
    ]
    return [*earlier, Point(now.outcome, today)][-SHOWN_RUNS:]


def described(line: Sequence[Point], unit: str) -> str:
    """The line in words, for whoever cannot see it: ``30 runs: 27 held, 3 findings; 12 ms to 3.2 s``."""
    counted = Counter(point.outcome for point in line)
    waived = counted["waived"]
    words = {"held": len(line) - counted["finding"] - counted["blind"] - waived, "blind": counted["blind"]}
    words |= {"waived": waived, "finding" if counted["finding"] == 1 else "findings": counted["finding"]}
    said = ", ".join(f"{count} {word}" for word, count in words.items() if count)
    values = [point.value for point in line if point.value is not None]
    spread = f"; {quantity(min(values), unit)} to {quantity(max(values), unit)}" if values else ""
    return f"{len(line)} {'run' if len(line) == 1 else 'runs'}: {said}{spread}"
