"""What users of the service are told of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.alert_settings import MaintenanceWindow
from ops_tests.records.run import CheckRecord, Level, Outcome
from ops_tests.rules.probes import Probe
from ops_tests.rules.public_status import overall, parts, planned, uptime_percent

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
HEALTH, PAGES = "availability/health_answers_200", "availability/other_pages_answer[/]"
CERTIFICATE = "availability/certificate_is_valid_and_not_near_its_end"


def check(
    name: str, outcome: Outcome, level: Level | None = None, minutes: float = 1, suite: str = "smoke"
) -> CheckRecord:
    return CheckRecord(
        target="shop", check=name, subject=name.partition("/")[0], claim="", suites=(suite, "audit"), anchor="",
        outcome=outcome, level=level, started_at=NOON - timedelta(minutes=minutes),
    )  # fmt: skip


def states(*checks: CheckRecord) -> dict[str, str]:
    return {part.name: part.state for part in parts(checks, NOON)}


@pytest.mark.parametrize(
    ("outcome", "level", "state"),
    [
        ("ok", None, "operational"),
        ("note", None, "operational"),
        ("finding", Level.L1, "degraded"),
        ("finding", Level.L3, "outage"),
        ("waived", None, "degraded"),
        ("blind", None, "unknown"),
        ("not applicable", None, "unknown"),
    ],
)
def test_a_part_is_as_its_newest_look_says(outcome: Outcome, level: Level | None, state: str) -> None:
    assert states(check(HEALTH, outcome, level)) == {"Application": state}


def test_the_worst_look_of_a_part_is_told() -> None:
    assert states(check(HEALTH, "ok"), check(PAGES, "finding", Level.L2))["Application"] == "degraded"


def test_a_look_that_its_schedule_should_have_followed_proves_nothing() -> None:
    assert states(check(HEALTH, "ok", minutes=14)) == {"Application": "unknown"}
    assert states(check(HEALTH, "ok", minutes=14), check(PAGES, "ok", minutes=600, suite="daily")) == {
        "Application": "operational"
    }


def test_parts_nobody_ever_looked_at_are_not_named_but_for_the_application() -> None:
    assert states() == {"Application": "unknown"}
    assert states(check("database/database_answers", "ok"), check("platform/image_stays_small", "finding")) == {
        "Application": "unknown",
        "Data": "operational",
    }


@pytest.mark.parametrize(("level", "state"), [(Level.L1, "operational"), (Level.L3, "outage")])
def test_a_certificate_is_felt_only_when_it_is_not_valid(level: Level, state: str) -> None:
    assert states(check(CERTIFICATE, "finding", level)) == {"Application": state}


def test_the_whole_is_as_its_worst_part() -> None:
    found = parts([check(HEALTH, "ok"), check("database/database_answers", "finding", Level.L3)], NOON)
    assert overall(found) == "outage"


def probes(days: float, *down: int) -> list[Probe]:
    many = int(days * 288)
    return [Probe(NOON - timedelta(minutes=5 * (many - number)), number not in down) for number in range(many + 1)]


def test_uptime_is_told_where_enough_is_known_and_never_rounded_up() -> None:
    assert uptime_percent(probes(30), (), NOON) == 100
    assert uptime_percent(probes(30, 100), (), NOON) == 99.98
    assert uptime_percent(probes(20), (), NOON) is None
    assert uptime_percent((), (), NOON) is None


def test_maintenance_that_is_over_is_not_planned() -> None:
    windows = [
        MaintenanceWindow.model_validate(
            {"from": NOON + timedelta(hours=a), "until": NOON + timedelta(hours=b), "reason": "x"}
        )
        for a, b in ((30, 32), (-1, 1), (-5, -4))
    ]
    assert planned(windows, NOON) == [windows[1], windows[0]]
