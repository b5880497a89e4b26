"""Inline SVG: marks, trend lines. Every mark has a shape of its own, so that none is told by its colour alone."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.rules.trends import Point

WIDTH, HEIGHT, MARGIN = 186.0, 34.0, 5.0
HELD = {"ok", "note"}
_SHAPES: dict[str, str] = {"ok": "dot", "note": "half", "finding": "cross", "blind": "ring", "waived": "square"}


@cache
def mark(outcome: str) -> str:
    """The sign of a verdict beside its word: a dot holds, a cross is a finding, a ring is blind, a square waived."""
    return f'<svg class="mark" viewBox="-6 -6 12 12" aria-hidden="true">{_shape(outcome, 0, 0, 4)}</svg>'


def word_of(outcome: str, level: str | None = None) -> str:
    """The word of a verdict with its sign and its level."""
    said = " ".join(filter(None, (outcome, level)))
    return f'<span class="ops-word ops-{outcome.replace(" ", "-")}">{mark(outcome)} {said}</span>'


def _shape(outcome: str, x: float, y: float, size: float) -> str:
    kind = _SHAPES.get(outcome, "dash")
    if kind == "cross":
        near, far = (
            f"{x - size:g} {y - size:g}L{x + size:g} {y + size:g}",
            f"{x - size:g} {y + size:g}L{x + size:g} {y - size:g}",
        )
        return f'<path class="cross" d="M{near}M{far}"/>'
    if kind == "square":
        return f'<rect class="ring" x="{x - size:g}" y="{y - size:g}" width="{2 * size:g}" height="{2 * size:g}"/>'
    if kind == "dash":
        return f'<path class="ring" d="M{x - size:g} {y:g}h{2 * size:g}"/>'
    circle = f'<circle class="{"ring" if kind == "ring" else "dot"}" cx="{x:g}" cy="{y:g}" r="{size:g}"/>'
    hole = f'<path class="hole" d="M{x:g} {y - size / 2:g}v{size:g}"/>' if kind == "half" and size > 3 else ""
    return circle + hole


def trend_line(points: Sequence[Point], limit: float | None, said: str) -> str:
    """A line of at most thirty runs over the whole width, the newest at the right.

    Args:
        points: The runs, oldest first.
        limit: In the unit of the values; a dashed line. None where nothing was measured.
        said: The line in words.
    """
    values = [point.value for point in points if point.value is not None]
    top = max([*values, limit or 0.0, 1e-9])
    step = (WIDTH - 2 * MARGIN) / max(len(points) - 1, 1)
    last = len(points) - 1
    places = [
        (WIDTH - MARGIN - step * (last - number), _height(point, top, bool(values)))
        for number, point in enumerate(points)
    ]
    dashed = f'<path class="limit" d="M0 {_level(limit, top):.1f}H{WIDTH:g}"/>' if values and limit is not None else ""
    singly = [number for number, one in enumerate(points) if number == last or one.outcome not in HELD]
    marks = [_run_mark(points[number], *places[number], step, now=number == last) for number in singly]
    title = escape(said)
    return (
        f'<svg class="trend" viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-label="{title}">'
        f"<title>{title}</title>{dashed}{_line(points, places)}{_dots(points, places)}{''.join(marks)}</svg>"
    )


def _level(value: float, top: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * min(max(value, 0.0) / top, 1.0)


def _height(point: Point, top: float, drawn: bool) -> float:
    """A run without a value stands at the bottom of a line of values, and in the middle where there are none."""
    if point.value is not None:
        return _level(point.value, top)
    return HEIGHT - MARGIN if drawn else HEIGHT / 2


def _run_mark(point: Point, x: float, y: float, step: float, *, now: bool) -> str:
    """The mark of a run; thirty red ones in a row do not touch each other."""
    size = 1.4 if point.outcome in HELD else min(2.6, 0.3 * step)
    return _shape(point.outcome, round(x, 1), round(y, 1), round(size + 0.6 * now, 2))


def _dots(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> str:
    """The earlier runs that held, as one path: with a circle each a page of 30 runs has 1.4 times the bytes."""
    held = [place for point, place in zip(points[:-1], places, strict=False) if point.outcome in HELD]
    return f'<path class="dots" d="{"".join(f"M{x:.1f} {y:.1f}h.01" for x, y in held)}"/>' if held else ""


def _line(points: Sequence[Point], places: Sequence[tuple[float, float]]) -> str:
    """The values joined, with a gap wherever a run has none."""
    parts: list[str] = []
    joined = False
    for point, (x, y) in zip(points, places, strict=True):
        if point.value is not None:
            parts.append(f"{'L' if joined else 'M'}{x:.1f} {y:.1f}")
        joined = point.value is not None
    return f'<path class="line" d="{"".join(parts)}"/>' if parts else ""
