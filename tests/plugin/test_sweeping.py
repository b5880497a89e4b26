"""Old reports go, the newest stay, and nothing else in the folder is touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ops_tests.plugin.sweeping import KEPT_RUNS, outdated
from tests.plugin.conftest import Project

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def names(days: float, *endings: str) -> list[str]:
    stamp = (NOW - timedelta(days=days)).strftime("%Y%m%dT%H%M%S%fZ")
    return [f"{stamp}-smoke{ending}" for ending in endings or (".html", ".json", ".xml")]


NEWEST = [name for minutes in range(KEPT_RUNS) for name in names(minutes / 1440)]


def test_what_is_old_and_not_among_the_newest_goes_with_all_its_files() -> None:
    assert sorted(outdated([*NEWEST, *names(31)], NOW)) == sorted(names(31))


def test_what_is_younger_than_thirty_days_stays_however_many_there_are() -> None:
    assert outdated([*NEWEST, *names(29)], NOW) == []


def test_the_newest_stay_however_old_they_are() -> None:
    assert outdated([*NEWEST[3:], *names(400)], NOW) == []


def test_what_bears_no_stamp_is_never_named() -> None:
    kept = ["latest.html", "latest-smoke.json", "history.sqlite", "history.sqlite.damaged-20200101T000000Z", "x.html"]
    assert outdated([*NEWEST, *kept, ".20200101T000000000000Z-smoke-latest.html"], NOW) == []


def test_a_run_sweeps_when_it_ends(project: Project) -> None:
    project.reports.mkdir()
    old = [f"reports/20200101T{number:06d}000000Z-smoke.json" for number in range(KEPT_RUNS + 5)]
    for name in [*old, "reports/latest-smoke.html", "reports/history.sqlite-elsewhere"]:
        project.write(name, "kept?")
    project.checks("def test_open(target):\n    pass\n")
    project.run_on_shop()
    left = {path.name for path in project.reports.iterdir()}
    assert {f"reports/{name}" for name in left} & set(old) == set(old[-(KEPT_RUNS - 1) :])
    assert {"latest-smoke.html", "history.sqlite-elsewhere", "history.sqlite", "latest.html"} <= left
