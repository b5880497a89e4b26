"""What a drill measured beside what earlier drills of that name did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ops_tests.records.history import PastFigure
from ops_tests.rules.trends import SHOWN_RUNS, Point
from ops_tests.rules.wording import duration, quantity

if TYPE_CHECKING:
    from ops_tests.records.run import Drill, Figure

Earlier = Mapping[tuple[str, str], Sequence[PastFigure]]
"""Earlier figures of one target by drill and name, oldest first."""


def of_unit(past: Sequence[PastFigure], unit: str) -> list[PastFigure]:
    """The earlier figures that can be held against one of this unit, oldest first."""
    return [one for one in past if one.unit == unit]


def points(past: Sequence[PastFigure], now: Figure) -> list[Point]:
    """The newest 30 drills, this one last; none where there was no earlier one of that unit."""
    earlier = of_unit(past, now.unit)
    values = [*(one.value for one in earlier), now.value]
    return [Point("ok", one) for one in values[-SHOWN_RUNS:]] if earlier else []


def described(line: Sequence[Point], unit: str) -> str:
    """The line in words, for whoever cannot see it: ``5 drills: 3.9 s to 4.6 s, the newest 4.2 s``."""
    values = [point.value for point in line if point.value is not None]
    low, high, newest = (quantity(one, unit) for one in (min(values), max(values), values[-1]))
    return f"{len(values)} drills: {low} to {high}, the newest {newest}"


def was(past: Sequence[PastFigure], now: Figure) -> str:
    """``was 3.9 s on 2026-08-01``; "" where nobody measured it before."""
    earlier = of_unit(past, now.unit)
    return f"was {quantity(earlier[-1].value, now.unit)} on {earlier[-1].began_at:%Y-%m-%d}" if earlier else ""


def line(drill: Drill, past: Earlier, *, several: bool = False) -> str:
    """A drill in one line: ``drill cold start: recovery time 4.2 s (3.9 s), outage seen 3 s; in brackets 2026-08-01``.

    In brackets stands what the newest earlier drill of that name measured.

    Args:
        drill: The drill.
        past: Earlier figures of its target.
        several: Whether the run looked at several targets, so that the line must name its own.
    """
    before = {one.name: of_unit(past.get((drill.name, one.name), ()), one.unit)[-1:] for one in drill.figures}
    newest = max((one.began_at for found in before.values() for one in found), default=None)
    told = [_told(one, [was for was in before[one.name] if was.began_at == newest]) for one in drill.figures]
    took = duration((drill.ended_at - drill.began_at).total_seconds())
    name = f"{drill.name} on {drill.target}" if several else drill.name
    when = f"; in brackets {newest:%Y-%m-%d}" if newest else ""
    return f"drill {name}: {', '.join(told) or f'took {took} and measured nothing'}{when}"


def _told(figure: Figure, before: Sequence[PastFigure]) -> str:
    brackets = "".join(f" ({quantity(one.value, figure.unit)})" for one in before)
    return f"{figure.name} {quantity(figure.value, figure.unit)}{brackets}"
