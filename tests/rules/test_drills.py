"""What a drill saw: outages, recovery, deliveries, and what was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.database import WebhookEvent
from ops_tests.records.drill import Act, ColdStart, HealthProbe, PersistentDelivery, Sending, SteadyState
from ops_tests.records.platform import Image, Machine, Release
from ops_tests.rules import drills

START = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
LIMIT = Limits().recovery_minutes
IMAGE = Image("registry.fly.io/shop", "one", "sha256:1")
MACHINE = Machine("a", "started", "fra", IMAGE, memory_mb=1024)


def at(seconds: float) -> datetime:
    """So many seconds after the beginning."""
    return START + timedelta(seconds=seconds)


def probes(pattern: str) -> tuple[HealthProbe, ...]:
    """A probe a second: ``+`` healthy, ``-`` not."""
    return tuple(
        HealthProbe(at(second), at(second + 0.1), "" if sign == "+" else "503") for second, sign in enumerate(pattern)
    )


def restarted(pattern: str, *acts: tuple[float, float], failed: str = "") -> ColdStart:
    """A restart, seen once a second."""
    done = tuple(Act(f"restart {number}", at(since), at(until), failed) for number, (since, until) in enumerate(acts))
    return ColdStart(done, probes(pattern))


@pytest.mark.parametrize(
    ("pattern", "since", "recovered"),
    [("+++", 0, 2.1), ("++-+++", 0, 5.1), ("++-++", 0, None), ("+++---+++", 3, 8.1), ("", 0, None), ("++++", 1, 3.1)],
)
def test_recovered_is_three_times_healthy_in_a_row(pattern: str, since: float, recovered: float | None) -> None:
    expected = None if recovered is None else at(recovered)
    assert drills.recovered_at(probes(pattern), at(since)) == expected


def test_the_longest_recovery_counts_from_the_beginning_of_its_restart() -> None:
    seen = restarted("++--+++++----+++", (1, 3), (8, 12))
    assert drills.recovery_seconds(seen.acts, seen.probes) == pytest.approx(7.1)


def test_an_outage_lasts_until_the_next_good_answer() -> None:
    assert drills.outages(probes("+--++-+")) == [(at(1), at(3)), (at(5), at(6))]
    assert drills.outage_seconds(probes("+--++-+")) == 3
    assert drills.outages(probes("+-")) == [(at(1), at(1.1))]


def test_a_restart_in_time_is_well() -> None:
    assert drills.not_recovered(restarted("+-+++", (0, 1)), LIMIT) == []


def test_a_late_recovery_is_told_with_its_time() -> None:
    seen = restarted("+" + "-" * 301 + "+++", (0, 1))
    assert drills.not_recovered(seen, LIMIT) == ["healthy only after 5.1 min"]
    assert drills.recovery_level(seen) == "L1"


def test_a_target_that_stays_down_is_level_3_with_what_it_said() -> None:
    seen = restarted("+----", (0, 1), failed="not healthy")
    assert drills.not_recovered(seen, LIMIT) == [
        "restart 0: not healthy",
        "health did not answer three times in a row after the restart: 503",
    ]
    assert drills.recovery_level(seen) == "L3"
    assert drills.recovery_minutes(seen) is None


def test_an_outage_while_another_machine_serves_is_a_note() -> None:
    assert drills.needless_outage(restarted("+-+++++", (0, 1), (3, 4)))
    assert not drills.needless_outage(restarted("+-+++++", (0, 1)))
    assert not drills.needless_outage(restarted("+++++++", (0, 1), (3, 4)))


def delivery(number: int, *wrongs: str) -> PersistentDelivery:
    """A delivery with so many tries."""
    tries = tuple(Sending(at(place), at(place + 0.1), wrong) for place, wrong in enumerate(wrongs))
    return PersistentDelivery(f"id{number}", f"shop{number}", tries)


def event(webhook_id: str, shop: str) -> WebhookEvent:
    """A row of webhook_events."""
    return WebhookEvent(webhook_id, "APP_SCOPES_UPDATE", shop)


def test_each_delivery_must_be_recorded_exactly_once_under_its_id() -> None:
    sent = [delivery(1, ""), delivery(2, "503", ""), delivery(3, ""), delivery(4, ""), delivery(5, "503", "503")]
    rows = [event("id1", "shop1"), event("id2", "shop2"), event("other", "shop2"), event("another", "shop3")]
    assert drills.not_exactly_once(sent, rows) == [
        "id2 was accepted and recorded 2 times after 2 tries",
        "id3 was recorded under another id",
        "id4 was accepted and recorded 0 times after 1 tries",
        "id5 was given up after 2 tries: 503",
    ]


def test_where_nothing_was_sent_nothing_is_proved() -> None:
    with pytest.raises(NotCovered):
        drills.not_exactly_once([], [])


BEFORE = SteadyState((MACHINE,), Release(42, "complete", START, IMAGE), ("A",), (), 0)


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (BEFORE, []),
        (replace(BEFORE, newest=Release(44, "complete", START, IMAGE)), []),
        (replace(BEFORE, newest=Release(44, "failed", START, IMAGE)), ["release v44 is failed, not complete"]),
        (replace(BEFORE, machines=()), ["machine a is gone"]),
        (replace(BEFORE, machines=(MACHINE, replace(MACHINE, id="b"))), ["machine b is new"]),
        (replace(BEFORE, machines=(replace(MACHINE, state="stopped"),)), ["machine a is stopped, not started"]),
        (replace(BEFORE, machines=(replace(MACHINE, memory_mb=512),)), ["machine a has 512 MB, not 1024 MB"]),
        (replace(BEFORE, secrets=("A", "B")), ["other secrets are set"]),
        (replace(BEFORE, letters=("x",)), ["dead letter x waits"]),
        (replace(BEFORE, sessions=1), ["1 sessions of synthetic shops are there"]),
        (replace(BEFORE, open_entries=("it",)), ["not undone: it"]),
    ],
)
def test_what_is_not_as_before_is_told(now: SteadyState, told: list[str]) -> None:
    assert drills.left_behind(BEFORE, now) == told


def test_neighbours_of_one_kind_are_one_span() -> None:
    found = drills.health_spans(probes("++--+"))
    assert [(one.state, one.since, one.until) for one in found] == [
        ("good", at(0), at(2)),
        ("bad", at(2), at(4)),
        ("good", at(4), at(4.1)),
    ]
