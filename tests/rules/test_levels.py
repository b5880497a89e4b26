"""Levels, limits and wording."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ops_tests.limits import Limits, fixed
from ops_tests.records.run import CheckRecord, Level, Outcome
from ops_tests.rules import verdict
from ops_tests.rules.levels import level_of, worst
from ops_tests.rules.wording import duration, excerpt, listed, quantity, seen

LIMITS = Limits()


@pytest.mark.parametrize(
    ("value", "level"),
    [(0, None), (1, Level.L1), (4, Level.L1), (10, Level.L1), (11, Level.L2), (500, Level.L2)],
)
def test_ten_dead_letters_are_l1_and_eleven_are_l2(value: float, level: Level | None) -> None:
    assert level_of(value, LIMITS.dead_letters) is level


@pytest.mark.parametrize(("seconds", "level"), [(0.9, None), (1.0, None), (1.4, Level.L1), (3.2, Level.L2)])
def test_health_is_l1_over_a_second_and_l2_over_three(seconds: float, level: Level | None) -> None:
    assert level_of(seconds, LIMITS.health_seconds) is level


def test_all_webhooks_failing_is_l3() -> None:
    assert level_of(100, LIMITS.webhook_failures_percent) is Level.L3


@pytest.mark.parametrize(
    ("days", "level"),
    [(60, None), (14, None), (13.9, Level.L1), (3.1, Level.L1), (3, Level.L2), (0.1, Level.L2), (0, Level.L3)],
)
def test_the_fewer_days_are_left_the_worse(days: float, level: Level | None) -> None:
    assert level_of(days, LIMITS.certificate_days) is level


def test_the_worst_level_wins_and_none_is_none() -> None:
    assert worst([None, Level.L2, Level.L1]) is Level.L2
    assert worst([None]) is None


@pytest.mark.parametrize(("outcome", "status"), [("finding", 1), ("blind", 10)])
def test_of_several_targets_the_verdict_names_those_that_are_wrong(outcome: Outcome, status: int) -> None:
    checks = [
        CheckRecord(target=name, check="logs/a", subject="logs", claim="", suites=(), anchor="", outcome=one)
        for name, one in (("shop", "ok"), ("hosted", outcome), ("third", "ok"))
    ]
    assert " on hosted: 1 of 3 checks" in verdict.sentence(checks, status, ["shop", "hosted", "third"], "")


def test_a_limit_prints_with_unit_and_key() -> None:
    assert str(LIMITS.health_seconds) == "1 s (limits.health_seconds)"
    assert str(fixed(0, "errors")) == "0 errors"


def test_a_number_moves_a_limit_and_keeps_its_levels() -> None:
    moved = Limits.model_validate({"dead_letters": 2}).dead_letters
    assert (moved.value, moved.l2_from, moved.unit) == (2, 11, "dead letters")


def test_a_table_moves_what_it_names() -> None:
    moved = Limits.model_validate({"health_seconds": {"l2_from": 2}}).health_seconds
    assert (moved.value, moved.l2_from) == (1, 2)


@pytest.mark.parametrize(
    "table",
    [
        {"health_seconds": -1},
        {"health_seconds": {"unit": "min"}},
        {"health_seconds": "1"},
        {"helth_seconds": 1},
        {"health_seconds": 5},
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Limits.model_validate(table)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.0001, "0.1 ms"),
        (0.008134, "8.13 ms"),
        (0.84, "840 ms"),
        (0.9996, "1 s"),
        (1.043, "1.04 s"),
        (12, "12 s"),
        (90, "90 s"),
        (2700, "45 min"),
        (7200, "2 h"),
        (259200, "3 d"),
    ],
)
def test_durations_are_told_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


def test_a_time_is_told_alike_in_seconds_and_in_milliseconds() -> None:
    assert quantity(0.008134, "s") == quantity(8.134, "ms") == duration(0.008134)
    assert (quantity(99.824, "%"), quantity(12000, "rows")) == ("99.82 %", "12,000 rows")


def test_long_lists_are_counted() -> None:
    assert listed("abc", at_most=2) == "a, b and 1 more"


def test_what_was_seen_stands_before_what_was_expected() -> None:
    assert seen("db:1 refused the connection; expected a connection. Next: pg_isready") == "db:1 refused the connection"
    assert seen("refused") == "refused"


def test_an_excerpt_is_one_line() -> None:
    assert excerpt("a\n b" + "c" * 100, 5) == "a bcc..."


def record(check: str, outcome: Outcome, level: Level | None = None) -> CheckRecord:
    subject = check.partition("/")[0]
    return CheckRecord(
        target="t", check=check, subject=subject, claim="", suites=(), anchor="", outcome=outcome, level=level
    )


def sentence(*checks: CheckRecord, status: int = 0, broken: str = "") -> str:
    return verdict.sentence(checks, status, ["t"], broken)


def test_the_verdict_names_the_worst_first_and_among_equals_the_root_cause() -> None:
    said = sentence(
        record("logs/a", "finding", Level.L1),
        record("webhooks/b", "finding", Level.L2),
        record("database/c", "finding", Level.L1),
        record("platform/d", "blind"),
        record("platform/e", "not applicable"),
        status=1,
    )
    assert said == "FINDING L2 on t: 3 of 4 checks: webhooks/b, database/c, logs/a; 1 blind"


def test_every_other_verdict_has_its_word() -> None:
    ok, note, blind = record("logs/a", "ok"), record("logs/b", "note"), record("logs/c", "blind")
    assert sentence(ok, note) == "OK on t: 2 checks hold, 1 with a note"
    assert sentence(ok, blind, status=10) == "BLIND on t: 1 of 2 checks could not look: logs/c"
    assert sentence(status=5).startswith("NOTHING RAN on t")
    assert sentence(ok, status=2) == "INTERRUPTED on t after 1 checks"
    assert sentence(ok, status=3) == (
        "BROKEN: this run on t proves nothing; fewer checks came to a verdict than were collected"
    )
    assert (
        sentence(ok, status=3, broken="internal error: x") == "BROKEN: this run on t proves nothing; internal error: x"
    )
    assert sentence(status=4, broken="X is not set") == "NOT RUN on t: X is not set"
    assert sentence(ok) == "OK on t: 1 check holds"


def test_an_interrupted_run_says_so_also_when_it_found_something() -> None:
    found = record("logs/a", "finding", Level.L1)
    assert sentence(found, status=2) == "INTERRUPTED on t after 1 checks; FINDING L1: 1 of 1 checks: logs/a"


def test_the_cause_that_is_told_is_that_of_the_check_that_is_named_first() -> None:
    root = record("database/a", "blind").model_copy(update={"sentence": "the tunnel was refused; expected one"})
    follower = record("webhooks/b", "blind").model_copy(update={"sentence": "nothing was sent"})
    assert sentence(follower, follower, root, status=10).endswith(
        "database/a, webhooks/b, webhooks/b (the tunnel was refused)"
    )
