"""A schedule that is late says so; a clock that went back says so; nobody else is blamed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.rules.lateness import lateness

NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("suite", "ago"),
    [
        ("smoke", timedelta(minutes=12)),
        ("daily", timedelta(hours=26)),
        ("weekly", timedelta(days=7, hours=11)),
        ("monthly", timedelta(days=31)),
        ("audit", timedelta(days=300)),
        ("daily", timedelta(0)),
        ("smoke", -timedelta(minutes=1)),
    ],
)
def test_a_run_in_its_time_is_not_late(suite: str, ago: timedelta) -> None:
    assert lateness(suite, NOW - ago, NOW) == ""


def test_a_first_run_is_not_late() -> None:
    assert lateness("smoke", None, NOW) == ""


def test_a_late_run_names_the_gap_and_what_was_expected() -> None:
    said = lateness("smoke", NOW - timedelta(minutes=47), NOW)
    assert said.startswith("the smoke run before this one began 47 min ago; expected one every 5 min.")
    assert "3 d ago" in lateness("daily", NOW - timedelta(days=3), NOW)


def test_a_clock_that_went_back_is_said_for_every_suite() -> None:
    said = lateness("audit", NOW + timedelta(days=1), NOW)
    assert said.startswith("the history knows a run of audit at 2026-03-03 06:00Z, ahead of this clock (06:00Z):")
