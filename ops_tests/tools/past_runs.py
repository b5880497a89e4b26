"""``python -m ops_tests history``: the newest runs, one check's course, or what drills measured, as lines."""

from __future__ import annotations

import dataclasses
import difflib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ops_tests.errors import UsageProblem
from ops_tests.plugin.history import figures, reading
from ops_tests.plugin.history.place import Place, place_of
from ops_tests.plugin.history.store import Store, visit
from ops_tests.records.history import PastCheck, PastFigure, PastRun
from ops_tests.rules.wording import duration, excerpt, listed, quantity
from ops_tests.sandbox.faults import SYSTEMS

LONGEST_SENTENCE = 100
_RUN_HEADER = ("began", "target", "suite", "outcome", "took", "release", "verdict")
_CHECK_HEADER = ("began", "outcome", "value", "limit", "took", "sentence")
_FIGURE_HEADER = ("began", "target", "drill", "figure", "value")
Found = Sequence[PastRun | PastCheck | PastFigure]


@dataclass(frozen=True)
class Wanted:
    """What is to be listed, of runs or of drills: filters that are empty let everything through."""

    target: str
    suite: str
    check: str
    drills: bool
    last: int
    as_json: bool


def lines(folder: Path, wanted: Wanted) -> list[str]:
    """The list, newest first.

    Raises:
        UsageProblem: A check without its target, or drills of a suite or a check.
        HistoryUnavailable: It cannot be read; the message says why.
    """
    if wanted.check and not wanted.target:
        raise UsageProblem("history: --check needs --target, since each target has checks of that name")
    if wanted.drills and (wanted.check or wanted.suite):
        raise UsageProblem("history: --drills lists figures, which belong to no check and no suite; leave that one out")
    place = place_of(folder, sandbox=wanted.target in SYSTEMS)
    if not place.url and not place.file.exists():
        embedded = "" if wanted.target else f"; of the embedded systems ask with --target {' or '.join(SYSTEMS)}"
        return [] if wanted.as_json else [f"no run is kept yet in {place}{embedded}"]
    found = visit(place, lambda history: _found(history, wanted))
    if wanted.as_json:
        return [json.dumps(dataclasses.asdict(one), default=str, ensure_ascii=False) for one in found]
    return _table(found) if found else [_none(place, wanted, visit(place, lambda history: _kept(history, wanted)))]


def _found(history: Store, wanted: Wanted) -> Found:
    if wanted.drills:
        return figures.newest(history, wanted.target, wanted.last)
    if wanted.check:
        return reading.trend(history, wanted.target, wanted.check, datetime.max.replace(tzinfo=UTC), wanted.last)[::-1]
    return reading.newest(history, wanted.target, wanted.suite, wanted.last)


def _kept(history: Store, wanted: Wanted) -> list[str]:
    """The names of what was asked for last, target, suite or check, of which the history keeps something."""
    if wanted.check:
        query = "SELECT DISTINCT check_name FROM ops_check WHERE target = ? ORDER BY check_name"
        return [name for (name,) in history.rows(query, (wanted.target,))]
    if wanted.drills:
        return [name for (name,) in history.rows("SELECT DISTINCT target FROM ops_figure ORDER BY target")]
    column = "suite" if wanted.suite else "target"
    return [name for (name,) in history.rows(f"SELECT DISTINCT {column} FROM ops_run ORDER BY {column}")]  # noqa: S608


def _none(place: Place, wanted: Wanted, kept: Sequence[str]) -> str:
    asked = ", ".join(word for word in (wanted.target, wanted.suite, wanted.check) if word)
    guesses = difflib.get_close_matches(wanted.check or wanted.suite or wanted.target, kept, 1)
    names = f"; did you mean {guesses[0]}?" if guesses else f"; kept are {listed(kept, 8)}" if kept else ""
    what = "no drill's figure" if wanted.drills else "nothing"
    return f"{what} of {asked or 'any target'} is in {place}{names}"


def _table(found: Found) -> list[str]:
    header = {PastRun: _RUN_HEADER, PastCheck: _CHECK_HEADER, PastFigure: _FIGURE_HEADER}[type(found[0])]
    rows = [header, *map(_cells, found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _cells(one: PastRun | PastCheck | PastFigure) -> tuple[str, ...]:
    if isinstance(one, PastFigure):
        return f"{one.began_at:%Y-%m-%d %H:%M:%S}Z", one.target, one.drill, one.name, quantity(one.value, one.unit)
    began = f"{one.started_at:%Y-%m-%d %H:%M:%S}Z"
    word = " ".join(filter(None, (one.level, one.outcome)))
    if isinstance(one, PastRun):
        took = duration((one.finished_at - one.started_at).total_seconds())
        return began, one.target, one.suite, word, took, one.release, excerpt(one.verdict, LONGEST_SENTENCE)
    value, limit = (_measured(number, one.unit) for number in (one.value, one.limit))
    return began, word, value, limit, duration(one.duration_seconds), excerpt(one.sentence, LONGEST_SENTENCE)


def _measured(number: Any, unit: str | None) -> str:
    return "" if number is None else f"{number:g} {unit or ''}".rstrip()
