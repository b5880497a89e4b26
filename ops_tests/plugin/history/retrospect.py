"""Looking back at one run and what came of it, and at the newest look of every check. Nothing here judges."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history.place import Place, place_of
from ops_tests.plugin.history.reading import ALL_RUNS, CHECKS, past_check, past_run
from ops_tests.plugin.history.store import Store, in_utc, out_of
from ops_tests.records.run import CheckRecord

if TYPE_CHECKING:
    from ops_tests.records.history import PastCheck, PastRun

LATEST = datetime.max.replace(tzinfo=UTC)


def kept_in(folder: Path, *, sandbox: bool = False) -> Place:
    """The history, where there is one; none is begun for a look.

    Raises:
        HistoryUnavailable: No run was ever kept.
    """
    place = place_of(folder, sandbox=sandbox)
    if not place.url and not place.file.exists():
        raise HistoryUnavailable(f"no run is kept yet in {place}; the first is made by pytest -m smoke --target NAME")
    return place


def runs_called(history: Store, beginning: str) -> list[PastRun]:
    """The runs whose ids begin so, newest first; a run on several targets is there once for each."""
    query = f"{ALL_RUNS} WHERE substr(run_id, 1, ?) = ? ORDER BY started_at DESC, target"
    return [past_run(row) for row in history.rows(query, (len(beginning), beginning))]


def newest_wrong(history: Store, at_most: int) -> list[PastRun]:
    """The newest runs that found something or could not look, newest first."""
    query = f"{ALL_RUNS} WHERE outcome = 'finding' OR outcome = 'blind' ORDER BY started_at DESC LIMIT ?"
    return [past_run(row) for row in history.rows(query, (at_most,))]


def held_before(history: Store, target: str, check: str, moment: datetime) -> datetime | None:
    """When a check last held before a moment, or None when the history knows of no such look."""
    return _held(history, "max", "<", (target, check, in_utc(moment)))


def held_after(history: Store, target: str, check: str, moment: datetime) -> datetime | None:
    """When a check first held after a moment, or None when it has not yet."""
    return _held(history, "min", ">", (target, check, in_utc(moment)))


def _held(history: Store, which: str, side: str, parameters: tuple[str, str, str]) -> datetime | None:
    query = f"""SELECT {which}(started_at) FROM ops_check
                 WHERE target = ? AND check_name = ? AND started_at {side} ? AND outcome IN ('ok', 'note')"""  # noqa: S608  # our own words
    ((found,),) = history.rows(query, parameters)
    return out_of(found) if found else None


def looks(history: Store, target: str, begin: datetime, until: datetime = LATEST) -> list[PastCheck]:
    """Every look of every check between two moments, both included, oldest first."""
    query = f"{CHECKS} AND started_at >= ? AND started_at <= ? ORDER BY started_at"
    return [past_check(row) for row in history.rows(query, (target, in_utc(begin), in_utc(until)))]


def newest_checks(history: Store, target: str, begin: datetime, until: datetime = LATEST) -> list[CheckRecord]:
    """The whole record of each check's newest look between two moments, both included."""
    query = """SELECT c.record FROM ops_check c JOIN (
                 SELECT check_name, max(started_at) AS newest FROM ops_check
                  WHERE target = ? AND started_at >= ? AND started_at <= ? GROUP BY check_name) n
               ON n.check_name = c.check_name AND n.newest = c.started_at WHERE c.target = ? ORDER BY c.check_name"""
    rows = history.rows(query, (target, in_utc(begin), in_utc(until), target))
    return [CheckRecord.model_validate_json(record) for (record,) in rows]


def newest_release(history: Store, target: str) -> str:
    """The release that the newest run which looked saw live (``v42``), or ""."""
    query = "SELECT release FROM ops_run WHERE target = ? AND release <> '' ORDER BY started_at DESC LIMIT 1"
    return next((str(release) for (release,) in history.rows(query, (target,))), "")


def first_seen(history: Store, target: str, release: str) -> datetime | None:
    """From when on looks are of a release for certain; None when no run has seen it live.

    That is the end of the first run that saw it, since a deploy may have ended within the run. Only ``post_deploy`` is
    begun when a deploy has ended.
    """
    query = """SELECT min(CASE WHEN suite = 'post_deploy' THEN started_at ELSE finished_at END) FROM ops_run
                WHERE target = ? AND release = ?"""
    ((found,),) = history.rows(query, (target, release))
    return out_of(found) if found else None
