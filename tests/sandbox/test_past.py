"""The past: older and younger than every window, the same at every start, and harmless."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from ops_tests.sandbox import past
from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.scenario import PREFIX, Database, Line, Logs

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_the_log_reaches_from_more_than_a_day_ago_to_seconds_ago() -> None:
    ages = [line.seconds_ago for line in past.lines(Logs())]
    assert ages == sorted(ages, reverse=True)
    assert ages[0] > 24 * 3600
    assert ages[-1] < 10


def test_there_is_a_line_in_every_stretch_of_the_last_hour() -> None:
    ages = [line.seconds_ago for line in past.lines(Logs()) if line.seconds_ago < 3600]
    assert max(older - younger for older, younger in pairwise(ages)) <= 10


def test_look_alikes_of_errors_stand_in_the_shortest_window() -> None:
    young = [line.message for line in past.lines(Logs()) if line.seconds_ago < 300]
    assert set(past.HARMLESS) <= set(young)


def test_an_old_log_holds_nothing_of_the_last_six_minutes() -> None:
    assert min(line.seconds_ago for line in past.lines(Logs("the old", (Line(60, "x"),)))) > 360
    assert past.lines(Logs("nothing")) == []


def test_the_past_is_the_same_at_every_start() -> None:
    assert past.lines(Logs()) == past.lines(Logs())
    assert past.webhook_events(Database(), NOW) == past.webhook_events(Database(), NOW)


def test_no_shop_of_the_past_bears_the_synthetic_prefix() -> None:
    shops = [str(row[1]) for row in past.sessions(Database(), NOW)]
    assert not [shop for shop in shops if shop.startswith(PREFIX)]


def test_events_are_of_every_age_and_none_is_older_than_the_retention() -> None:
    times = [row[3] for row in past.webhook_events(Database(), NOW)]
    assert all(isinstance(time, datetime) and timedelta(0) < NOW - time < timedelta(days=14) for time in times)
    assert min(times) < NOW - timedelta(days=13)  # type: ignore[type-var, operator]  # rows hold objects


def test_the_platform_s_own_check_goes_on_while_the_sandbox_runs(
    sandbox: Sandbox, messages: Callable[[Sandbox], list[str]], eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    before = messages(sandbox).count(past.HEARTBEAT)
    assert eventually(lambda: messages(sandbox).count(past.HEARTBEAT) >= before + 2)


def test_the_stand_in_is_reached_through_the_sandbox_s_variables(sandbox: Sandbox, tmp_path: Any) -> None:
    command = ["fly", "logs", "-n", "-j", "-a", "timedify-sandbox"]
    done = subprocess.run(command, env=sandbox.environment, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert json.JSONDecoder().raw_decode(done.stdout)[0]["region"] == "fra"
