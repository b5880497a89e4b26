"""When what runs: the times agree with each other, with what counts as late, and in both notations."""

from __future__ import annotations

import itertools
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from cronsim import CronSim

from ops_tests.rules.lateness import EVERY
from ops_tests.rules.timetable import MINUTES, timetable
from tests.schedule.validators import needed

BEGIN = datetime(2028, 12, 30, tzinfo=UTC)
"""The 1st of January 2029 is a Monday: on it everything comes together."""
NAMES = [f"shop-{number}" for number in range(200)]


def moments(fields: str, until: datetime) -> Iterator[datetime]:
    return itertools.takewhile(lambda moment: moment < until, CronSim(fields, BEGIN))


@pytest.mark.parametrize("suite", EVERY)
def test_a_suite_comes_as_often_as_its_lateness_expects(suite: str) -> None:
    every, late = EVERY[suite]
    came = list(moments(timetable("shop")[suite].cron, BEGIN + timedelta(days=90)))
    apart = [after - before for before, after in itertools.pairwise(came)]
    assert max(apart) <= every + late
    assert min(apart) >= every - timedelta(days=3 if suite == "monthly" else 0)


@pytest.mark.parametrize("target", ["shop", "timedify", "shop-staging"])
def test_nothing_of_a_target_begins_in_the_same_minute(target: str) -> None:
    until = BEGIN + timedelta(days=8)
    begun = [moment for when in timetable(target).values() for moment in moments(when.cron, until)]
    assert len(begun) == len(set(begun))


def test_many_targets_are_spread_over_the_hour_and_keep_their_minute() -> None:
    minutes = {timetable(name)["weekly"].minute for name in NAMES}
    assert len(minutes) > MINUTES * 0.9
    assert min(minutes) > 0
    assert timetable("timedify") == timetable("timedify")
    assert timetable("timedify")["weekly"].cron == "40 7 * * 1", "a name keeps its minute over releases"


@pytest.mark.parametrize(
    ("name", "cron"),
    [
        ("retention", "0 2 * * *"),
        ("dead-letters", "0 3 * * *"),
        ("smoke", "4-59/5 * * * *"),
        ("daily", "7 6 * * *"),
        ("weekly", "20 7 * * 1"),
        ("monthly", "20 8 1 * *"),
        ("audit", "20 9 1 1,4,7,10 *"),
    ],
)
def test_the_hours_are_the_runbook_s(name: str, cron: str) -> None:
    assert timetable("shop")[name].cron == cron


@pytest.mark.parametrize("name", timetable("shop"))
def test_systemd_reads_the_same_moments_as_cron(name: str) -> None:
    when = timetable("shop")[name]
    told = subprocess.run(
        [needed("systemd-analyze"), "calendar", "--iterations=5", f"--base-time={BEGIN:%Y-%m-%d %H:%M:%S} UTC",
         when.calendar],
        env={"TZ": "UTC", "LC_ALL": "C"}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    came = [f"{moment:%a %Y-%m-%d %H:%M:%S} UTC" for moment in itertools.islice(CronSim(when.cron, BEGIN), 5)]
    assert re.findall(r"(?:Next elapse|Iter\. #\d+): (.*)", told) == came
