"""Looking back: what earlier runs of a target saw. Every function reads and none judges."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, in_utc, out_of, visit
from ops_tests.records.history import PastCheck, PastRun, Samples
from ops_tests.records.run import CheckRecord, Level, LogLook

if TYPE_CHECKING:
    from ops_tests.target import Target

ALL_RUNS = """SELECT run_id, target, suite, started_at, finished_at, exit_status, outcome, level, verdict, release,
                 image FROM ops_run"""
_RUNS = f"{ALL_RUNS} WHERE target = ?"
CHECKS = """SELECT run_id, check_name, started_at, outcome, level, value, unit, limit_value, duration_seconds, sentence
               FROM ops_check WHERE target = ?"""


def last_look(folder: Path, target: Target, suite: str) -> datetime | None:
    """When the newest earlier run of a suite on a target began, or None when nobody knows."""
    try:
        place = place_of(folder, sandbox=target.sandbox)
        past = visit(place, lambda history: runs(history, target.name, suite, datetime.now(UTC)))
    except (HistoryUnavailable, OSError):
        return None
    return past[0].started_at if past else None


def log_looks(folder: Path, target: Target, since: datetime) -> list[LogLook]:
    """What earlier runs that could look saw of a target's log since a moment; none where nobody remembers.

    Every embedded sandbox is another system with a past of its own, so none of them remembers.
    """
    if target.sandbox:
        return []
    query = """SELECT record FROM ops_check WHERE target = ? AND started_at >= ? AND substr(check_name, 1, 5) = 'logs/'
               AND outcome <> 'blind' AND outcome <> 'not applicable'"""
    try:
        rows = visit(place_of(folder), lambda history: history.rows(query, (target.name, in_utc(since))))
    except (HistoryUnavailable, OSError):
        return []
    looks = (CheckRecord.model_validate_json(record).log_look for (record,) in rows)
    return [look for look in looks if look]


def earlier_samples(folder: Path, target: Target, series: str, image: str) -> list[Samples]:
    """What earlier runs measured of an image; none of an embedded sandbox, of an unknown image, or out of no history.

    Every embedded sandbox is another system. Where an image is not known, its times belong to none.
    """
    if target.sandbox or not image:
        return []
    try:
        return visit(place_of(folder), lambda history: samples(history, target.name, series, image))
    except (HistoryUnavailable, OSError):
        return []


def runs(history: Store, target: str, suite: str, before: datetime, at_most: int = 1) -> list[PastRun]:
    """The newest runs of a suite that began before a moment, newest first."""
    query = f"{_RUNS} AND suite = ? AND started_at < ? ORDER BY started_at DESC LIMIT ?"
    return [past_run(row) for row in history.rows(query, (target, suite, in_utc(before), at_most))]


def newest(history: Store, target: str, suite: str, at_most: int) -> list[PastRun]:
    """The newest runs, newest first; of any target or any suite where none is named."""
    query = f"{ALL_RUNS} WHERE (? = '' OR target = ?) AND (? = '' OR suite = ?) ORDER BY started_at DESC LIMIT ?"
    return [past_run(row) for row in history.rows(query, (target, target, suite, suite, at_most))]


def last_green(history: Store, target: str, suite: str, before: datetime) -> PastRun | None:
    """The newest run of a suite before a moment in which every check of the target held."""
    query = f"{_RUNS} AND suite = ? AND started_at < ? AND outcome = 'ok' ORDER BY started_at DESC LIMIT 1"
    return next((past_run(row) for row in history.rows(query, (target, suite, in_utc(before)))), None)


def checks_of(history: Store, run_id: str, target: str) -> list[CheckRecord]:
    """The whole records of one run's checks on a target."""
    query = "SELECT record FROM ops_check WHERE run_id = ? AND target = ? ORDER BY check_name"
    return [CheckRecord.model_validate_json(record) for (record,) in history.rows(query, (run_id, target))]


def newest_of(
    history: Store, target: str, checks: Iterable[str], since: datetime | None = None
) -> dict[str, CheckRecord]:
    """The whole records of checks' newest runs, of any suite, by check; none of what has not run since the moment."""
    query = """SELECT record FROM ops_check WHERE target = ? AND check_name = ? AND started_at >= ?
                ORDER BY started_at DESC LIMIT 1"""
    begin = in_utc(since) if since else ""
    found = history.rows_for_each(query, [(target, check, begin) for check in checks])
    records = (CheckRecord.model_validate_json(record) for (record,) in found)
    return {record.check: record for record in records}


def outcomes(history: Store, target: str, check: str, since: datetime) -> list[tuple[datetime, str]]:
    """When a check looked since a moment, in any suite, and what it came to, oldest first; not where it was blind."""
    query = """SELECT started_at, outcome FROM ops_check WHERE target = ? AND check_name = ? AND started_at >= ?
                AND outcome <> 'blind' AND outcome <> 'not applicable' ORDER BY started_at"""
    return [(out_of(at), str(word)) for at, word in history.rows(query, (target, check, in_utc(since)))]


def trends(
    history: Store, target: str, checks: Iterable[str], before: datetime, at_most: int = 30
) -> dict[str, list[PastCheck]]:
    """What checks came to in their newest runs, of any suite, that began before a moment; oldest first.

    A check that did not run is not in it.
    """
    query = f"{CHECKS} AND check_name = ? AND started_at < ? ORDER BY started_at DESC LIMIT ?"
    told: dict[str, list[PastCheck]] = {}
    for row in history.rows_for_each(query, [(target, check, in_utc(before), at_most) for check in checks]):
        told.setdefault(row[1], []).append(past_check(row))
    return {check: sorted(looks, key=lambda one: one.started_at) for check, looks in told.items()}


def trend(history: Store, target: str, check: str, before: datetime, at_most: int = 30) -> list[PastCheck]:
    """The same of one check."""
    return trends(history, target, [check], before, at_most).get(check, [])


def red_since(history: Store, target: str, check: str, before: datetime) -> datetime | None:
    """When the check's present row of findings began: the first finding after it last held; None when it held last."""
    parameters = (target, check, in_utc(before))
    held = """SELECT coalesce(max(started_at), '') FROM ops_check
               WHERE target = ? AND check_name = ? AND started_at < ? AND outcome IN ('ok', 'note')"""
    ((last_held,),) = history.rows(held, parameters)
    first = """SELECT min(started_at) FROM ops_check
                WHERE target = ? AND check_name = ? AND started_at < ? AND outcome = 'finding' AND started_at > ?"""
    ((begun,),) = history.rows(first, (*parameters, last_held))
    return out_of(begun) if begun else None


def looks_around(history: Store, target: str, moment: datetime) -> tuple[PastRun | None, PastRun | None]:
    """The runs nearest to a moment that saw what was live: the last that ended before, the first that ended later."""
    seen = f"{_RUNS} AND (release <> '' OR image <> '') AND finished_at"
    before = history.rows(f"{seen} < ? ORDER BY finished_at DESC LIMIT 1", (target, in_utc(moment)))
    after = history.rows(f"{seen} >= ? ORDER BY finished_at LIMIT 1", (target, in_utc(moment)))
    return next(map(past_run, before), None), next(map(past_run, after), None)


def series(history: Store, target: str) -> list[str]:
    """The names of the series of response times that were ever taken of a target."""
    query = "SELECT DISTINCT series FROM ops_sample WHERE target = ? ORDER BY series"
    return [str(name) for (name,) in history.rows(query, (target,))]


def samples(history: Store, target: str, series: str, image: str) -> list[Samples]:
    """The response times that were taken of one image, oldest first."""
    query = """SELECT run_id, image, taken_at, seconds FROM ops_sample
                WHERE target = ? AND series = ? AND image = ? ORDER BY taken_at"""
    return [
        Samples(run_id, of, out_of(taken_at), tuple(json.loads(seconds)))
        for run_id, of, taken_at, seconds in history.rows(query, (target, series, image))
    ]


def past_run(row: tuple[Any, ...]) -> PastRun:
    """The run of a row of ``ALL_RUNS``."""
    run_id, target, suite, started_at, finished_at, status, outcome, level, *rest = row
    times = out_of(started_at), out_of(finished_at)
    return PastRun(run_id, target, suite, *times, status, outcome, _level(level), *rest)


def past_check(row: tuple[Any, ...]) -> PastCheck:
    """The look of a row of ``CHECKS``."""
    run_id, check, started_at, outcome, level, *rest = row
    return PastCheck(run_id, check, out_of(started_at), outcome, _level(level), *rest)


def _level(word: str | None) -> Level | None:
    return Level(word) if word else None
