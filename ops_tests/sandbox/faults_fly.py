"""Faults of the instrument fly: its login, presence, habits and age, how far away it is, what lies about around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import BACKUPS, NEED_FLY, PLATFORM, STAGED, WEEK
from ops_tests.sandbox.fault import Fault, blind, harmless, note

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario

LYING_ABOUT = (("FLY_APP", "another-app"), ("FLY_ACCESS_TOKEN", ""), ("FLY_REGION", "iad"), ("FLY_JSON", "1"),
               ("LOG_LEVEL", "debug"))  # fmt: skip


def _platform(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, platform=replace(scenario.platform, **changes))


JUST_NOW_MINUTES = 3


def _far_away(scenario: Scenario) -> Scenario:
    return replace(_platform(fly_seconds=1)(scenario), round_trip_seconds=0.15)


def _seen_by_a_pipeline(scenario: Scenario) -> Scenario:
    newest, *earlier = scenario.platform.releases
    platform = replace(
        scenario.platform, fly_seconds=0.8, releases=(replace(newest, minutes_ago=JUST_NOW_MINUTES), *earlier)
    )
    logs = replace(scenario.logs, page_seconds=3)
    return replace(scenario, platform=platform, logs=logs, round_trip_seconds=0.08)


def _rate_limited(scenario: Scenario) -> Scenario:
    return replace(_platform(fly="limited at first")(scenario), logs=replace(scenario.logs, api="limited at first"))


FAULTS = (
    Fault("fly-logged-out", "fly and the logs API refuse the token",
          blind(*NEED_FLY), _platform(access="refused")),
    Fault("fly-wrong-app", "fly and the logs API do not know the app",
          blind(*NEED_FLY), _platform(access="unknown app")),
    Fault("fly-missing", "fly is not installed, and the logs API is down",
          blind(*NEED_FLY), _platform(access="missing")),
    Fault("fly-text-instead-of-json", "fly prints tables where JSON was asked for",
          blind(*PLATFORM), _platform(text_instead_of_json=True)),
    Fault("fly-hangs", "fly never comes back",
          blind(*PLATFORM), _platform(fly_seconds=600)),
    Fault("fly-crashes", "fly panics: exit status 3, and its noise on standard output",
          blind(*PLATFORM), _platform(fly="crashes")),
    Fault("fly-killed", "fly is killed in the middle of its answer",
          blind(*PLATFORM), _platform(fly="killed")),
    Fault("fly-cut", "fly ends well in the middle of its answer",
          blind(*PLATFORM), _platform(fly="cut")),
    harmless("fly-slow", "fly takes 2 s for each answer", _platform(fly_seconds=2)),
    harmless("far-away", "everything is as far away as production: round trips of 150 ms, 1 s for each answer of fly",
             _far_away),
    Fault("seen-by-a-pipeline", "production as the pipeline sees it that has just deployed: round trips of 80 ms, "
          "0.8 s for each answer of fly, 3 s for each page of the log, so that two weeks of it cannot be read in time",
          note(WEEK), _seen_by_a_pipeline),
    harmless("fly-warns", "fly prints a warning before its JSON", _platform(fly="warns")),
    harmless("fly-rate-limited", "Fly.io refuses each first question with 429", _rate_limited),
    Fault("fly-of-2024", "fly is of 2024: other names for secrets, no state of them or of hosts, no Managed Postgres",
          blind(STAGED, BACKUPS), _platform(fly="of 2024")),
    Fault("fly-of-2025", "fly is of 2025: secrets without a state",
          blind(STAGED), _platform(fly="of 2025")),
    harmless("fly-variables", "variables in the environment name another app, region and token",
             _platform(variables=LYING_ABOUT)),
)  # fmt: skip
