"""What drills measured: the figures of earlier ones, to be held against today's."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, in_utc, out_of, visit
from ops_tests.records.history import PastFigure
from ops_tests.rules import figures
from ops_tests.rules.trends import SHOWN_RUNS

if TYPE_CHECKING:
    from ops_tests.records.run import Drill, RunRecord

_FIGURES = "SELECT run_id, target, drill, began_at, figure, value, unit FROM ops_figure WHERE"


def earlier(
    history: Store, target: str, drills: Iterable[Drill], before: datetime
) -> dict[tuple[str, str], list[PastFigure]]:
    """What the newest 29 drills before a moment measured of what these did, by drill and name, oldest first."""
    query = f"{_FIGURES} target = ? AND drill = ? AND figure = ? AND began_at < ? ORDER BY began_at DESC LIMIT ?"
    asked = dict.fromkeys((drill.name, one.name) for drill in drills if drill.target == target for one in drill.figures)
    found = {one: history.rows(query, (target, *one, in_utc(before), SHOWN_RUNS - 1)) for one in asked}
    return {one: [_figure(row) for row in rows][::-1] for one, rows in found.items() if rows}


def of_run(history: Store, run_id: str, target: str) -> list[PastFigure]:
    """What the drills of one run measured, in their order."""
    query = f"{_FIGURES} run_id = ? AND target = ? ORDER BY began_at, drill, place"
    return [_figure(row) for row in history.rows(query, (run_id, target))]


def newest(history: Store, target: str, at_most: int) -> list[PastFigure]:
    """What the newest so many drills measured, newest first; of any target where none is named."""
    drills = "SELECT DISTINCT began_at, target, drill FROM ops_figure WHERE ? = '' OR target = ?"
    oldest = f"SELECT min(began_at) FROM ({drills} ORDER BY began_at DESC LIMIT ?) AS newest"  # noqa: S608 - constants
    query = f"{_FIGURES} (? = '' OR target = ?) AND began_at >= ({oldest}) ORDER BY began_at DESC, target, drill, place"
    return [_figure(row) for row in history.rows(query, (target, target, target, target, at_most))]


def drill_lines(folder: Path, record: RunRecord) -> list[str]:
    """One line for each drill of a run, with what the newest earlier one measured, where the history tells."""
    several = len(record.targets) > 1
    sandboxes = {target.name: target.sandbox for target in record.targets}
    past: dict[str, figures.Earlier] = {}
    for name in dict.fromkeys(one.target for one in record.drills):
        past[name] = _remembered(folder, record, name, sandbox=sandboxes.get(name, False))
    return [figures.line(one, past[one.target], several=several) for one in record.drills]


def _remembered(folder: Path, record: RunRecord, target: str, *, sandbox: bool) -> figures.Earlier:
    try:
        place = place_of(folder, sandbox=sandbox)
        return visit(place, lambda history: earlier(history, target, record.drills, record.started_at))
    except (HistoryUnavailable, OSError):
        return {}


def _figure(row: tuple[Any, ...]) -> PastFigure:
    run_id, target, drill, began_at, *rest = row
    return PastFigure(run_id, target, drill, out_of(began_at), *rest)
