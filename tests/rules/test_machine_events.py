"""Judging ends of machines: asked or not, old or recent, for want of memory; and lists that reach too short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.platform import Image, Machine, MachineEvent
from ops_tests.rules import machine_events

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
LIMITS = Limits()
BEGAN = MachineEvent("launch", NOW - timedelta(days=9))


def end(hours: float, *, code: int = 1, oom: bool = False, asked: bool = False, restarts: int = 0) -> MachineEvent:
    return MachineEvent("exit", NOW - timedelta(hours=hours), code, oom, asked, restarts)


def machine(*events: MachineEvent) -> Machine:
    return Machine("m1", "started", "fra", Image("x"), events=events)


def said(*machines: Machine) -> list[str]:
    return machine_events.unsteady(machines, NOW, LIMITS.machine_exits, LIMITS.out_of_memory)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), []),
        ((end(1), end(2)), []),
        ((end(1), end(2), end(3)), ["machine m1 ended by itself 3 times (exit code 1)"]),
        ((end(1, code=0), end(2, code=137), end(3)), ["machine m1 ended by itself 3 times (exit code 0, 1, 137)"]),
        ((end(1, asked=True), end(2, asked=True), end(3, asked=True)), []),
        ((end(25), end(26), end(27)), []),
        ((end(1, restarts=40), end(2, restarts=31)), ["machine m1 ended by itself 10 times (exit code 1)"]),
        ((end(1, restarts=40),), []),
        ((end(1, oom=True, code=137),), ["machine m1 ran out of memory"]),
        ((end(25, oom=True, code=137),), []),
    ],
)
def test_ends_nobody_asked_for_are_counted_for_a_day(events: tuple[MachineEvent, ...], expected: list[str]) -> None:
    assert said(machine(*events, BEGAN)) == expected


def test_events_that_do_not_reach_back_a_day_prove_nothing() -> None:
    for events in ((), (end(1, asked=True),), (MachineEvent("start", NOW - timedelta(hours=3)),)):
        with pytest.raises(NotCovered, match="no event that old of machine m1"):
            said(machine(*events))


def test_what_they_show_counts_even_so() -> None:
    assert said(machine(end(1), end(2), end(3)))


def test_a_young_machine_is_known_from_its_beginning() -> None:
    assert said(machine(MachineEvent("launch", NOW - timedelta(hours=1)))) == []


def test_no_machine_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="no machine"):
        said()


def test_the_measured_numbers_are_the_worst_machine_s_and_the_sum() -> None:
    one, other = machine(end(1), BEGAN), machine(end(1, oom=True), end(2, oom=True), BEGAN)
    assert machine_events.most_unasked_ends([one, other], NOW) == 2
    assert machine_events.all_memory_kills([one, other], NOW) == 2
    assert "2 events in 24 h, 2 ends unasked" in machine_events.told([one, other], NOW)
