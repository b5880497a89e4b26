"""The section of drills: what each measured, beside earlier ones, and its timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.plugin.report.drawing import trend_line
from ops_tests.plugin.report.timeline import drawn
from ops_tests.rules import figures, timeline

if TYPE_CHECKING:
    from ops_tests.plugin.report.past import Past
    from ops_tests.records.history import PastFigure
    from ops_tests.records.run import Drill, Figure
    from ops_tests.rules.timeline import Lane


@dataclass(frozen=True)
class Told:
    """A figure, what it was before, and the line of its newest drills."""

    figure: Figure
    was: str
    trend: str


@dataclass(frozen=True)
class Part:
    """What the page shows of one drill; the drawing is "" where nothing has a place in time."""

    drill: Drill
    seconds: float
    figures: list[Told]
    lanes: list[Lane]
    drawing: str


def parts(drills: Sequence[Drill], pasts: Mapping[str, Past]) -> list[Part]:
    """The drills of a run in their order.

    Args:
        drills: As recorded.
        pasts: What the history tells of each target, by name.
    """
    return [_part(one, pasts[one.target]) for one in drills]


def _part(drill: Drill, past: Past) -> Part:
    from markupsafe import Markup

    lanes = timeline.lanes(drill)
    return Part(
        drill=drill,
        seconds=(drill.ended_at - drill.began_at).total_seconds(),
        figures=[_told(one, past.figures.get((drill.name, one.name), [])) for one in drill.figures],
        lanes=lanes,
        drawing=Markup(drawn(drill, lanes)) if lanes else "",  # noqa: S704  # drawn here, its words escaped
    )


def _told(figure: Figure, past: Sequence[PastFigure]) -> Told:
    from markupsafe import Markup

    line = figures.points(past, figure)
    drawing = Markup(trend_line(line, None, figures.described(line, figure.unit))) if line else ""  # noqa: S704  # likewise
    return Told(figure, figures.was(past, figure), drawing)
