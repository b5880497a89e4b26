"""``python -m ops_tests history`` lists what is kept, and says where nothing is; the schedule reads the same rows."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ops_tests.sandbox.faults import SYSTEMS
from tests.plugin.conftest import Project
from tests.running import environment, run_suite

QUICK = """
@pytest.mark.smoke
def test_quick(target, measured):
    assert measured(2, target.limits.health_seconds) < 1, 'slow; expected quick'
"""


def listed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ops_tests", "history", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


@pytest.fixture
def remembered(project: Project) -> Project:
    """A project in which smoke ran twice, and is red."""
    project.checks(QUICK)
    for _ in range(2):
        project.run_on_shop("-m", "smoke")
    return project


def test_runs_are_listed_newest_first(remembered: Project) -> None:
    header, newest, oldest = listed(remembered.folder).stdout.splitlines()
    assert header.split()[:4] == ["began", "target", "suite", "outcome"]
    assert newest[:20] >= oldest[:20]
    assert " shop    smoke  L1 finding  " in newest
    assert "FINDING L1 on shop: 1 of 1 checks: shop/quick (slow)" in newest


def test_a_check_is_listed_with_value_limit_and_sentence(remembered: Project) -> None:
    lines = listed(remembered.folder, "--target", "shop", "--check", "shop/quick", "--last", "1").stdout.splitlines()
    assert len(lines) == 2
    assert " L1 finding  2 s    1 s " in lines[1]
    assert lines[1].endswith("slow; expected quick")


@pytest.mark.parametrize("system", SYSTEMS)
def test_runs_of_an_embedded_system_are_found_by_its_name(tmp_path: Path, system: str) -> None:
    run_suite(tmp_path, "--target", system, "-m", "smoke", "-k", "health_answers_200")
    assert f" {system} " in listed(tmp_path, "--target", system).stdout.splitlines()[1]


def test_json_is_a_document_a_line(remembered: Project) -> None:
    told = [json.loads(line) for line in listed(remembered.folder, "--json").stdout.splitlines()]
    assert [(one["target"], one["suite"], one["level"], one["exit_status"]) for one in told] == [
        ("shop", "smoke", "L1", 1)
    ] * 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target", "other"), "nothing of other is in "),
        (("--suite", "daily"), "nothing of daily is in "),
        (("--target", "sandbox"), "no run is kept yet in "),
    ],
)
def test_where_nothing_is_a_line_says_so(remembered: Project, arguments: tuple[str, ...], said: str) -> None:
    answered = listed(remembered.folder, *arguments)
    assert (answered.returncode, answered.stdout.startswith(said)) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("--target", "shop", "--check", "shop/quik"), "; did you mean shop/quick?"),
        (("--suite", "nope"), "; kept are smoke"),
        (("--target", "shpo"), "; did you mean shop?"),
    ],
)
def test_a_name_of_which_nothing_is_kept_is_told_with_those_that_are(
    remembered: Project, arguments: tuple[str, ...], hint: str
) -> None:
    assert listed(remembered.folder, *arguments).stdout.rstrip().endswith(hint)


def test_where_nothing_is_json_holds_no_prose_and_a_reader_is_told_of_the_embedded_systems(tmp_path: Path) -> None:
    told = listed(tmp_path).stdout
    assert told.endswith("; of the embedded systems ask with --target sandbox or sandbox-evolution-hub\n")
    assert (listed(tmp_path, "--json").stdout, listed(tmp_path, "--json").returncode) == ("", 0)


def test_a_check_without_its_target_and_a_history_out_of_reach_are_sentences(remembered: Project) -> None:
    alone = listed(remembered.folder, "--check", "shop/quick")
    assert (alone.returncode, alone.stderr.startswith("history: --check needs --target")) == (4, True)
    remembered.write(".env", "OPS_HISTORY_URL=postgresql://u:hidden@127.0.0.1:9/x\n")
    refused = listed(remembered.folder)
    assert (refused.returncode, "127.0.0.1:9" in refused.stderr) == (3, True)
    assert "hidden" not in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        (timedelta(hours=-5), "shop: the smoke run before this one began 5 h ago; expected one every 5 min. *"),
        (timedelta(hours=5), "shop: the history knows a run of smoke at *, ahead of this clock *"),
    ],
    ids=["late", "ahead"],
)
def test_a_late_schedule_and_a_clock_that_went_back_are_said_and_change_no_status(
    project: Project, moved: timedelta, said: str
) -> None:
    project.checks(QUICK.replace("(2,", "(0.5,"))
    project.run_on_shop("-m", "smoke")
    when = (datetime.now(UTC) + moved).isoformat(timespec="microseconds")
    with closing(sqlite3.connect(project.reports / "history.sqlite")) as connection, connection:
        connection.execute("UPDATE ops_run SET started_at = ?", (when,))
    result = project.run_on_shop("-m", "smoke")
    assert result.ret == 0
    result.stdout.fnmatch_lines([said])
    assert len(project.record().remarks) == 1
    assert "before this one" in project.record().remarks[0] or "ahead of this clock" in project.record().remarks[0]


def test_the_first_run_is_not_late(project: Project) -> None:
    project.checks(QUICK)
    project.run_on_shop("-m", "smoke")
    assert project.record().remarks == ()
