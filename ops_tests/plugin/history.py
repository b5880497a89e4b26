"""History in its simplest true form: SQLite, one row per check record, the sandbox's apart from live targets'.

``reports/history.sqlite`` for live targets, ``reports/history-sandbox.sqlite`` for the sandbox. What cannot be stored
is a complaint of the run, never a reason to stop it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from ops_tests.plugin.state import Run, run_of
from ops_tests.records.run import CheckRecord, LogLook, RunRecord

SCHEMA = """
CREATE TABLE IF NOT EXISTS check_record (
    run_id TEXT NOT NULL, suite TEXT NOT NULL, target TEXT NOT NULL, check_name TEXT NOT NULL,
    started_at TEXT NOT NULL, outcome TEXT NOT NULL, level TEXT, sentence TEXT NOT NULL,
    duration_seconds REAL NOT NULL, record TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS check_record_by_run ON check_record (run_id);
CREATE INDEX IF NOT EXISTS check_record_by_time ON check_record (target, suite, started_at);
"""


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=10)) as connection, connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(SCHEMA)
        yield connection


def history_file(config: pytest.Config, sandbox: bool) -> Path:
    """Where the history of live targets, or of the sandbox, lies."""
    return config.rootpath / "reports" / ("history-sandbox.sqlite" if sandbox else "history.sqlite")


def store(config: pytest.Config, run: Run) -> None:
    """Write a row for each record of the finished run."""
    record = run.final
    if record is None:
        return
    for sandbox in sorted({target.sandbox for target in record.targets}):
        names = [target.name for target in record.targets if target.sandbox == sandbox]
        rows = [_row(record, check) for check in record.checks if check.target in names]
        try:
            # One transaction for all targets of a file: a run that is killed is in it whole or not at all.
            with _opened(history_file(config, sandbox)) as connection:
                connection.executemany(f"INSERT INTO check_record VALUES ({','.join('?' * 10)})", rows)  # noqa: S608  # only question marks
        except (sqlite3.Error, OSError) as error:
            run.complaints.append(f"this run is not in the history of {', '.join(names)}: {error}")


def _row(record: RunRecord, check: CheckRecord) -> tuple[object, ...]:
    return (
        record.run_id, record.suite, check.target, check.check, record.started_at.isoformat(), check.outcome,
        check.level, check.sentence, check.duration_seconds, check.model_dump_json(),
    )  # fmt: skip


def last_look(config: pytest.Config, target: str, suite: str) -> datetime | None:
    """When the newest earlier run of a suite on a target began, or None when nobody knows."""
    run = run_of(config)
    path = history_file(config, bool(run and run.targets[target].sandbox))
    if not path.is_file():
        return None
    query = "SELECT max(started_at) FROM check_record WHERE target = ? AND suite = ?"
    try:
        with _opened(path) as connection:
            (newest,) = connection.execute(query, (target, suite)).fetchone()
    except sqlite3.Error:
        return None
    return datetime.fromisoformat(newest) if newest else None


def log_looks(config: pytest.Config, target: str, since: datetime) -> list[LogLook]:
    """What earlier runs that could look saw of a target's log since a moment; none where nobody remembers.

    Every embedded sandbox is another system with a past of its own, so none of them remembers.
    """
    run = run_of(config)
    path = history_file(config, sandbox=False)
    if not path.is_file() or (run and run.targets[target].sandbox):
        return []
    query = """SELECT record FROM check_record WHERE target = ? AND started_at >= ? AND check_name LIKE 'logs/%'
               AND outcome <> 'blind' AND outcome <> 'not applicable'"""
    try:
        with _opened(path) as connection:
            rows = connection.execute(query, (target, since.isoformat())).fetchall()
    except sqlite3.Error:
        return []
    looks = (CheckRecord.model_validate_json(record).log_look for (record,) in rows)
    return [look for look in looks if look]
