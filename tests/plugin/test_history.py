"""Every record is kept as a row, and a history that cannot be kept is told without changing the verdict."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from ops_tests.records.run import CheckRecord
from tests.plugin.conftest import IN_BOTH_WAYS, Project

CHECKS = """
def test_open(target):
    pass

def test_lit(target):
    assert not target.name, "dark"

def test_full(database_attempt):
    pass
"""
ONE_GREEN_CHECK = "def test_open(target):\n    pass\n"


def rows(project: Project, file: str = "history.sqlite") -> list[tuple[Any, ...]]:
    """Target, check, outcome and record of every row, in the order they were written."""
    with closing(sqlite3.connect(project.reports / file)) as connection:
        query = "SELECT target, check_name, outcome, record FROM ops_check ORDER BY rowid"
        return connection.execute(query).fetchall()


@IN_BOTH_WAYS
def test_every_record_of_every_run_is_one_row(project: Project, workers: str) -> None:
    project.checks(CHECKS)
    targets = ("--target", project.target("a"), "--target", project.target("b"))
    project.run(*targets, "-n", workers)
    once = {("shop/open", "ok"), ("shop/lit", "finding"), ("shop/full", "not applicable")}
    assert {row[:3] for row in rows(project)} == {(target, *one) for target in ("a", "b") for one in once}
    assert [CheckRecord.model_validate_json(row[3]) for row in rows(project)] == list(project.record().checks)


def test_a_second_run_adds_its_rows(project: Project) -> None:
    project.checks(ONE_GREEN_CHECK)
    project.run_on_shop()
    project.run_on_shop()
    assert [row[:3] for row in rows(project)] == [("shop", "shop/open", "ok")] * 2


def test_a_run_of_no_check_is_kept_without_a_word(project: Project) -> None:
    project.checks(ONE_GREEN_CHECK)
    result = project.run_on_shop("-k", "nothing")
    assert (result.ret, "not in the history" in result.stdout.str()) == (5, False)
    with closing(sqlite3.connect(project.reports / "history.sqlite")) as connection:
        assert connection.execute("SELECT outcome FROM ops_run").fetchall() == [("unfinished",)]


def test_the_sandbox_has_a_history_of_its_own(project: Project) -> None:
    project.checks(ONE_GREEN_CHECK)
    project.run("--target", "sandbox", "--target", project.target())
    assert [row[0] for row in rows(project, "history-sandbox.sqlite")] == ["sandbox"]
    assert [row[0] for row in rows(project)] == ["shop"]


@pytest.mark.parametrize(("source", "status"), [(ONE_GREEN_CHECK, 0), (CHECKS, 1)], ids=["green", "red"])
def test_a_reports_folder_that_cannot_be_written_is_said_and_changes_no_status(
    project: Project, source: str, status: int
) -> None:
    project.checks(source)
    project.write("reports", "a file where the folder should be\n")
    result = project.run_on_shop()
    assert result.ret == status
    assert f"no report was written: {project.reports} is not writable; chown it" in result.outlines
    assert any(line.startswith("this run is not in the history of shop, so ") for line in result.outlines)


def test_a_damaged_history_is_set_aside_and_said_and_a_new_one_begins(project: Project) -> None:
    project.checks(ONE_GREEN_CHECK)
    project.reports.mkdir()
    damaged = "this is no database, and long enough to be taken for one\n" * 50
    project.write("reports/history.sqlite", damaged)
    result = project.run_on_shop()
    assert result.ret == 0
    assert any("was damaged; it is set aside as history.sqlite.damaged-" in line for line in result.outlines)
    assert [row[1] for row in rows(project)] == ["shop/open"]
    (aside,) = project.reports.glob("history.sqlite.damaged-*")
    assert aside.read_text(encoding="utf-8") == damaged


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://ops:unheard-of@127.0.0.1:9/history", "OPS_HISTORY_URL (127.0.0.1:9/history): "),
        ("mysql://ops:unheard-of@127.0.0.1/history", "OPS_HISTORY_URL is no URL like postgresql://"),
    ],
    ids=["nothing listens", "another database"],
)
def test_a_history_that_cannot_be_reached_is_said_without_its_password(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("OPS_HISTORY_URL", url)
    project.checks(ONE_GREEN_CHECK)
    result = project.run_on_shop()
    assert result.ret == 0
    assert any(
        line.startswith("this run is not in the history of shop, so ") and said in line for line in result.outlines
    )
    assert "unheard-of" not in result.stdout.str() + (project.reports / "latest.html").read_text(encoding="utf-8")
    assert result.outlines[-1].startswith("OK on shop")


LOOKS = """
from datetime import UTC, datetime
from ops_tests.plugin.history.reading import log_looks
from ops_tests.records.logs import LogLine, LogWindow

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)

def test_look(target, log_look):
    log_look(LogWindow(NOON, NOON, (LogLine(NOON, "x"),), True, "logs API"), [])

def test_blind_look(target, log_look):
    log_look(LogWindow(NOON, NOON, (LogLine(NOON, "x"),), True, "logs API"), [])
    raise RuntimeError

def test_memory(target, request):
    seen = log_looks(request.config.rootpath, target, NOON)
    assert seen, f"{len(seen)} looks; expected one"
    assert len(seen) == 1, f"{len(seen)} looks; expected one"
"""


def test_the_next_run_knows_what_this_one_saw_of_the_log(project: Project) -> None:
    project.checks(LOOKS, "logs")
    project.run("--target", project.target())
    assert project.check("logs/memory").sentence.startswith("0 looks")
    project.run("--target", "shop.toml")
    assert project.check("logs/memory").outcome == "ok"
