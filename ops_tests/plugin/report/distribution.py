"""The latency chart: how response times are spread, their percentiles with intervals, and the limits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.rules.latency import Percentile

WIDTH, TOP, BASE = 480.0, 38.0, 128.0
ROW = 16.0
"""Pixels of the row of one percentile, below the axis."""
LEFT = 34.0
BINS = 44


def chart(ordered: Sequence[float], found: Sequence[Percentile], limits: Mapping[str, float], name: str) -> str:
    """The distribution of response times over a logarithmic axis.

    Args:
        ordered: Seconds, ascending; at least one.
        found: Their percentiles.
        limits: By percentile, seconds.
        name: What was measured.
    """
    axis = _Axis([*ordered, *limits.values(), *(one.high for one in found if one.high)])
    height = BASE + 26 + ROW * len(found)
    said = f"{name}: {len(ordered)} response times; " + "; ".join(f"{one.name} {duration(one.value)}" for one in found)
    rows = [_interval(axis, one, BASE + 30 + ROW * number) for number, one in enumerate(found)]
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>{_bars(axis, ordered)}{_ticks(axis)}{''.join(rows)}"
        f"{''.join(_limit(axis, number, *one, height) for number, one in enumerate(limits.items()))}</svg>"
    )


class _Axis:
    """Seconds on a logarithmic axis from a little below the least value to a little above the greatest."""

    def __init__(self, values: Sequence[float]) -> None:
        positive = [max(value, 1e-5) for value in values]
        self.low, self.high = math.log10(min(positive) / 1.3), math.log10(max(positive) * 1.3)

    def x(self, seconds: float) -> float:
        share = (math.log10(max(seconds, 1e-5)) - self.low) / (self.high - self.low)
        return LEFT + (WIDTH - LEFT - 8) * share

    def ticks(self) -> list[float]:
        """1, 2 and 5 of every decade the axis spans; of many decades only the ones."""
        steps = (1, 2, 5) if self.high - self.low < 3 else (1,)  # decades
        decades = range(math.floor(self.low), math.ceil(self.high) + 1)
        found = [step * 10.0**decade for decade in decades for step in steps]
        return [one for one in found if self.low <= math.log10(one) <= self.high]


def _bars(axis: _Axis, ordered: Sequence[float]) -> str:
    wide = (WIDTH - LEFT - 8) / BINS
    counted = Counter(min(int((axis.x(value) - LEFT) / wide), BINS - 1) for value in ordered)
    highest = max(counted.values())
    boxes = [(LEFT + wide * place, (BASE - TOP) * count / highest) for place, count in counted.items()]
    return "".join(
        f'<rect class="bar" x="{x + 0.5:.1f}" y="{BASE - tall:.1f}" width="{wide - 1:.1f}" height="{tall:.1f}"/>'
        for x, tall in sorted(boxes)
    )


def _ticks(axis: _Axis) -> str:
    line = f'<path class="axis" d="M{LEFT:g} {BASE:g}H{WIDTH - 8:g}"/>'
    return line + "".join(
        f'<path class="axis" d="M{axis.x(one):.1f} {BASE:g}v4"/>'
        f'<text x="{axis.x(one):.1f}" y="{BASE + 16:g}" text-anchor="middle">{duration(one)}</text>'
        for one in axis.ticks()
    )


def _interval(axis: _Axis, one: Percentile, y: float) -> str:
    low = axis.x(one.low) if one.low is not None else LEFT
    high = axis.x(one.high) if one.high is not None else WIDTH - 8
    return (
        f'<text class="name" x="0" y="{y + 4:g}">{one.name}</text><path class="span" d="M{low:.1f} {y:g}H{high:.1f}"/>'
        f'<circle class="dot" cx="{axis.x(one.value):.1f}" cy="{y:g}" r="3.5"/>'
    )


def _limit(axis: _Axis, number: int, word: str, value: float, height: float) -> str:
    """A dashed line with its label; each label has a row of its own, since limits may lie close together."""
    x, y = axis.x(value), 13.0 + 15.0 * number
    anchor = "end" if x > WIDTH / 2 else "start"
    return (
        f'<path class="limit" d="M{x:.1f} {y + 3:g}V{height:g}"/>'
        f'<text x="{x:.1f}" y="{y:g}" text-anchor="{anchor}">{word} limit {duration(value)}</text>'
    )
