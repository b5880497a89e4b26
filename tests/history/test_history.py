"""Runs are written once and read back, the same in SQLite and in PostgreSQL."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history import reading, upkeep, writing
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.schema import MIGRATIONS
from ops_tests.plugin.history.store import Store, visit
from ops_tests.records.run import RunRecord
from tests.history.conftest import NOON, check, run

LATER = NOON + timedelta(days=1)


def write(place: Place, *records: RunRecord) -> None:
    for record in records:
        visit(place, partial(writing.write, record=record, targets=record.targets))


def test_a_run_is_read_back_as_it_was_written(place: Place) -> None:
    record = run(0, check(value=0.4), check("shop/lit", "finding"), status=1)
    write(place, record)
    (past,) = visit(place, lambda history: reading.runs(history, "shop", "smoke", LATER))
    assert (past.run_id, past.started_at, past.outcome, past.level, past.image) == (
        record.run_id, NOON, "finding", "L2", "one",
    )  # fmt: skip
    kept = visit(place, lambda history: reading.checks_of(history, record.run_id, "shop"))
    assert sorted(kept, key=lambda one: one.check) == sorted(record.checks, key=lambda one: one.check)


def test_a_run_written_twice_is_there_once(place: Place) -> None:
    write(place, run(0, check()), run(0, check()))
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_check")) == [(1,)]


def test_the_trend_is_oldest_first_and_ends_before_the_moment(place: Place) -> None:
    write(place, *(run(minute, check(value=minute / 10)) for minute in range(40)))
    seen = visit(place, lambda history: reading.trend(history, "shop", "shop/open", NOON + timedelta(minutes=35)))
    assert [one.value for one in seen] == [minute / 10 for minute in range(5, 35)]
    assert {(one.unit, one.limit, one.duration_seconds) for one in seen} == {("s", 1.0, 0.25)}


def test_many_checks_are_written_and_read_at_once(place: Place) -> None:
    names = [f"shop/door-{number:03}" for number in range(250)]
    write(place, *(run(minute, *(check(name, value=minute) for name in names)) for minute in range(3)))
    seen = visit(place, lambda history: reading.trends(history, "shop", [*names, "shop/unheard"], LATER, 2))
    assert {name: [one.value for one in looks] for name, looks in seen.items()} == {key: [1, 2] for key in names}
    newest = visit(place, lambda history: reading.newest_of(history, "shop", names, NOON + timedelta(minutes=2)))
    assert {name: one.measurements[0].value for name, one in newest.items()} == dict.fromkeys(names, 2)
    assert visit(place, lambda history: reading.newest_of(history, "shop", names, LATER)) == {}


def test_red_since_is_the_first_finding_after_it_last_held(place: Place) -> None:
    outcomes = ("finding", "ok", "finding", "blind", "finding")
    write(place, *(run(minute, check(outcome=word)) for minute, word in enumerate(outcomes)))  # type: ignore[arg-type]
    since = visit(place, lambda history: reading.red_since(history, "shop", "shop/open", LATER))
    assert since == NOON + timedelta(minutes=2)


def test_a_check_that_holds_is_red_since_never(place: Place) -> None:
    write(place, run(0, check(outcome="finding")), run(1, check()))
    assert visit(place, lambda history: reading.red_since(history, "shop", "shop/open", LATER)) is None


def test_the_last_green_run_is_of_the_same_suite_and_whole(place: Place) -> None:
    write(
        place,
        run(0, check()),
        run(1, check(), status=2),
        run(2, check(outcome="blind"), status=10),
        run(3, check(), suite="daily"),
    )
    green = visit(place, lambda history: reading.last_green(history, "shop", "smoke", LATER))
    assert green is not None
    assert green.started_at == NOON


def test_with_each_run_a_batch_of_what_is_old_goes_with_all_that_belongs_to_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    day = 24 * 60
    write(place, *(run(minute, check()) for minute in range(5)), run(399 * day, check()))
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_check")) == [(6,)]
    write(place, run(401 * day, check()))
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_check")) == [(5,)]
    write(place, run(402 * day, check()), run(403 * day, check()))
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_check")) == [(4,)]


def test_several_writers_lose_nothing(place: Place) -> None:
    failed: list[BaseException] = []

    def writer(number: int) -> None:
        try:
            for minute in range(5):
                write(place, run(number * 100 + minute, check()))
        except BaseException as error:  # noqa: BLE001  # shown by the test
            failed.append(error)

    threads = [threading.Thread(target=writer, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_run")) == [(20,)]


def test_work_that_fails_leaves_nothing(place: Place) -> None:
    def half_done(history: Store) -> None:
        writing.write(history, run(0, check()), run(0, check()).targets)
        raise ValueError("half done")

    with pytest.raises(ValueError, match="half done"):
        visit(place, half_done)
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_run")) == [(0,)]


def test_an_older_history_is_brought_up_to_date(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, run(0, check()))
    further = "ops_tests.plugin.history.store.MIGRATIONS"
    monkeypatch.setattr(further, (*MIGRATIONS, ("ALTER TABLE ops_run ADD COLUMN place TEXT",)))
    assert visit(place, lambda history: history.rows("SELECT run_id, place FROM ops_run")) == [("run-0-smoke", None)]


def test_a_history_of_a_newer_version_is_left_alone(place: Place) -> None:
    visit(place, lambda history: history.write("INSERT INTO ops_migration VALUES (?, ?)", (99, "later")))
    with pytest.raises(
        HistoryUnavailable, match=f"this version of ops-tests knows {len(MIGRATIONS)}; update ops-tests"
    ):
        write(place, run(0, check()))


def test_a_file_damaged_in_its_middle_is_set_aside(tmp_path: Path) -> None:
    place = Place(tmp_path / "history.sqlite")
    write(place, *(run(minute, check()) for minute in range(50)))
    with closing(sqlite3.connect(place.file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = place.file.read_bytes()
    place.file.write_bytes(content[:4096] + b"\0" * (len(content) - 4096))
    told: list[str] = []
    visit(place, lambda history: writing.write(history, run(99, check()), run(99, check()).targets), told.append)
    assert ["is set aside as history.sqlite.damaged-" in line for line in told] == [True]
    assert visit(place, lambda history: history.rows("SELECT run_id FROM ops_run")) == [("run-99-smoke",)]


def test_a_full_disk_is_said_and_the_history_stays_whole(tmp_path: Path) -> None:
    place = Place(tmp_path / "history.sqlite")
    write(place, run(0, check()))

    def too_much(history: Store) -> None:
        ((pages,),) = history.rows("PRAGMA page_count")
        history.rows(f"PRAGMA max_page_count={pages}")
        history.write(
            "INSERT INTO ops_sample VALUES (?, ?, ?, ?, ?, ?)", ("run-0-smoke", "shop", "p", "", "", "x" * 10**6)
        )

    with pytest.raises(HistoryUnavailable, match="database or disk is full"):
        visit(place, too_much)
    assert visit(place, lambda history: history.rows("SELECT count(*) FROM ops_run")) == [(1,)]


KILLED = """
import os, signal, sys
from pathlib import Path
from ops_tests.plugin.history import writing
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.store import visit
from tests.history.conftest import check, run

def work(history):
    writing.write(history, run(1, check()), run(1, check()).targets)
    os.kill(os.getpid(), signal.SIGKILL)

visit(Place(Path(sys.argv[1]), sys.argv[2]), work)
"""


def test_a_writer_that_is_killed_leaves_the_history_readable(place: Place) -> None:
    write(place, run(0, check()))
    folder = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED, str(place.file), place.url]
    ended = subprocess.run(command, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, timeout=60, check=False)
    assert ended.returncode == -signal.SIGKILL
    write(place, run(2, check()))
    assert visit(place, lambda history: history.rows("SELECT run_id FROM ops_run ORDER BY run_id")) == [
        ("run-0-smoke",),
        ("run-2-smoke",),
    ]
