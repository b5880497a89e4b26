"""A drill's timeline, drawn: a line for each lane, low bars for good, tall ones for bad, diamonds for what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ops_tests.rules import timeline
from ops_tests.rules.wording import excerpt

if TYPE_CHECKING:
    from ops_tests.records.run import Drill, Span
    from ops_tests.rules.timeline import Lane

WIDTH, LEFT, RIGHT = 480.0, 14.0, 28.0
NAME, LOW, TALL, GAP = 17.0, 5.0, 15.0, 9.0
"""Heights of a lane's name, of a good bar, of a bad one, and of what is free below."""
LABEL, LETTER = 16.0, 7.9
"""The height of a label's row, and the width of a letter where letters are widest: on a phone."""
NARROWEST, APART = 1.6, 0.2
"""A bar that stands alone is never narrower, and bars that are closer than this are one."""
LONGEST_LABEL, LABEL_ROWS = 30, 6
_BOTTOM = 22.0


def sign(state: str) -> str:
    """The shape of a state, beside its word."""
    bar = '<path class="{}" d="M-5 5h10v-{}h-10z"/>'
    shape = _diamond(0, 0) if state == "act" else bar.format(state, f"{LOW if state == 'good' else 11:g}")
    return f'<svg class="mark timeline" viewBox="-6 -6 12 12" aria-hidden="true">{shape}</svg>'


def worded(state: str) -> str:
    """The word of a state behind its shape."""
    return f'<span class="ops-word ops-state-{state}">{sign(state)} {timeline.WORDS[state]}</span>'


def drawn(drill: Drill, lanes: Sequence[Lane]) -> str:
    """The timeline of a drill.

    Args:
        drill: The drill.
        lanes: Its lanes; at least one.
    """
    axis = _Axis(drill)
    parts: list[str] = []
    top = 0.0
    for lane in lanes:
        told, height = _lane(axis, lane, top)
        parts.append(told)
        top += height
    acts = {axis.x(one.since.timestamp()) for lane in lanes for one in lane.spans if one.state == "act"}
    dashes = "".join(f'<path class="limit" d="M{x:.1f} {NAME:g}V{top:g}"/>' for x in sorted(acts))
    title = escape(f"Timeline of {drill.name}")
    said = escape(". ".join(map(timeline.described, lanes)))
    return (
        f'<svg class="chart timeline" viewBox="0 0 {WIDTH:g} {top + _BOTTOM:g}" role="img" aria-label="{title}">'
        f"<title>{title}</title><desc>{said}</desc>{_ticks(axis, top)}{dashes}"
        f"{''.join(parts)}</svg>"
    )


class _Axis:
    """Seconds from the drill's beginning, from the first that happened to the last."""

    def __init__(self, drill: Drill) -> None:
        self.zero = drill.began_at.timestamp()
        self.low = min([0.0, *(one.since.timestamp() - self.zero for one in drill.spans)])
        ends = (one.until.timestamp() - self.zero for one in drill.spans)
        self.high = max([drill.ended_at.timestamp() - self.zero, self.low + 0.001, *ends])

    def x(self, moment: float) -> float:
        """The place of a moment in Unix time."""
        share = (moment - self.zero - self.low) / (self.high - self.low)
        return LEFT + (WIDTH - LEFT - RIGHT) * share


def _ticks(axis: _Axis, bottom: float) -> str:
    line = f'<path class="axis" d="M{LEFT:g} {bottom:g}H{WIDTH - RIGHT:g}"/>'
    places = [(axis.x(axis.zero + one), one) for one in timeline.ticks(axis.low, axis.high)]
    return line + "".join(
        f'<path class="grid" d="M{x:.1f} {NAME:g}V{bottom:g}"/><path class="axis" d="M{x:.1f} {bottom:g}v4"/>'
        f'<text x="{x:.1f}" y="{bottom + 17:g}" text-anchor="middle">{one:g} s</text>'
        for x, one in places
    )


def _lane(axis: _Axis, lane: Lane, top: float) -> tuple[str, float]:
    """A lane that begins at the height ``top``, and how high it is."""
    base = top + NAME + TALL
    acts = [one for one in lane.spans if one.state == "act"]
    labels = [one for one in _labels(axis, acts) if one.row < LABEL_ROWS]
    height = NAME + TALL + LABEL * max((one.row + 1 for one in labels), default=0) + GAP
    shapes = [
        f'<path class="{state}" d="{_bars(axis, spans, base, tall)}"/>'
        for state, tall in (("good", LOW), ("bad", TALL))
        if (spans := [one for one in lane.spans if one.state == state])
    ]
    shapes += [_act(axis, one, base) for one in acts]
    shapes += [one.drawn(base) for one in labels]
    told = (
        f'<path class="axis" d="M{LEFT:g} {base:g}H{WIDTH - RIGHT:g}"/>{"".join(shapes)}'
        f'<text class="name" x="{LEFT:g}" y="{top + NAME - 4:g}">{escape(lane.name)}</text>'
    )
    return told, height


def _bars(axis: _Axis, spans: Iterable[Span], base: float, tall: float) -> str:
    """All bars of a state as one path, since there may be hundreds."""
    edges = ((axis.x(one.since.timestamp()), axis.x(one.until.timestamp())) for one in spans)
    return "".join(
        f"M{low:.1f} {base:g}h{high - low:.1f}v-{tall:g}h-{high - low:.1f}z"
        for low, high in timeline.bars(edges, NARROWEST, APART)
    )


def _act(axis: _Axis, one: Span, base: float) -> str:
    """A diamond where an act begins, and a line for as long as it took."""
    low, high = axis.x(one.since.timestamp()), axis.x(one.until.timestamp())
    middle = base - TALL / 2
    lasted = f'<path class="lasted" d="M{low:.1f} {middle:g}H{high:.1f}m0 -3v6"/>' if high - low > NARROWEST else ""
    return lasted + _diamond(low, middle)


def _diamond(x: float, y: float) -> str:
    return f'<path class="act" d="M{x:.1f} {y - 5:g}l5 5l-5 5l-5 -5z"/>'


@dataclass(frozen=True)
class _Label:
    """The words of an act, in a row below the lane, at the right of its line or, near the edge, at the left."""

    text: str
    x: float
    row: int
    at_right: bool

    def drawn(self, base: float) -> str:
        y = base + LABEL * (self.row + 1) - 3
        anchor, place = ("start", self.x + 3) if self.at_right else ("end", self.x - 3)
        return f'<text x="{place:.1f}" y="{y:g}" text-anchor="{anchor}">{escape(self.text)}</text>'


def _labels(axis: _Axis, acts: Sequence[Span]) -> list[_Label]:
    texts = [excerpt(one.text, LONGEST_LABEL) for one in acts]
    places = [axis.x(one.since.timestamp()) for one in acts]
    widths = [LETTER * len(text) + 8 for text in texts]
    at_right = [x + wide <= WIDTH for x, wide in zip(places, widths, strict=True)]
    taken = [(x, x + wide) if right else (x - wide, x) for x, wide, right in zip(places, widths, at_right, strict=True)]
    return [_Label(*one) for one in zip(texts, places, timeline.rows(taken), at_right, strict=True)]
