"""Every fault is pure, named consistently, changes something, and turns checks that exist."""

from __future__ import annotations

import re

import pytest

from ops_tests.errors import UnknownName
from ops_tests.sandbox import checks_by_need as known
from ops_tests.sandbox.faults import EVOLUTION_HUB, FAULTS, SYSTEMS, TIMEDIFY, planted

CHECKS = {known.ANSWERS, known.SAYS_HEALTHY, known.IN_TIME, known.REFUSES_GET, *known.LATEST_LOG, known.WEEK,
          *known.METRICS, *known.PLATFORM, known.CONNECTS, *known.NEED_DATABASE, known.CHANGELOG,
          known.DEPENDENCIES, known.CERTIFICATE, known.TO_HTTPS, known.HEADERS, *known.DRILL}  # fmt: skip

BY_HISTORY = {
    "objectives/uptime_is_within_the_objective",
    "objectives/outages_are_short",
    "objectives/incidents_are_told_in_time",
}
"""The sandbox has no past, so these are proved red by a planted one, in `tests/history/test_objectives.py`."""
NOTES_ONLY = {known.ACTIVITY, known.WEEK, known.DEPENDENCIES}
"""Silence of the webhooks, a new kind of error and an old lock file are worth a line and wake nobody."""


EVERYWHERE = [(system, name) for system, known in SYSTEMS.items() for name in known.faults]


@pytest.mark.parametrize(("system", "name"), EVERYWHERE)
def test_a_fault_changes_the_healthy_scenario_and_leaves_it_alone(system: str, name: str) -> None:
    healthy = SYSTEMS[system].healthy
    assert planted([name], system) != healthy
    assert healthy == type(healthy)()


@pytest.mark.parametrize(("system", "name"), EVERYWHERE)
def test_a_fault_is_named_in_lower_case_and_described_in_a_sentence(system: str, name: str) -> None:
    fault = SYSTEMS[system].faults[name]
    assert fault.name == name
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert fault.summary
    assert not fault.summary.endswith(".")


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_turns_each_check_once_and_only_checks_that_exist_or_is_declared_to_turn_nothing(name: str) -> None:
    checks = [turn.check for turn in FAULTS[name].turns]
    assert bool(checks) != FAULTS[name].turns_nothing
    assert len(checks) == len(set(checks))
    assert {re.sub(r"\[.*\]", "[*]", check) for check in set(checks) - {*known.PAGES}} <= CHECKS


@pytest.mark.parametrize("name", FAULTS)
def test_a_level_belongs_to_findings_alone(name: str) -> None:
    assert all((turn.outcome == "finding") == (turn.level is not None) for turn in FAULTS[name].turns)


def test_every_check_is_turned_into_a_finding_by_some_fault_or_into_its_note_where_it_has_no_more() -> None:
    turned = {(turn.check, turn.outcome) for fault in FAULTS.values() for turn in fault.turns}
    assert {check for check, outcome in turned if outcome == "finding"} >= {
        *CHECKS,
        *known.PAGES,
    } - NOTES_ONLY - BY_HISTORY
    assert {check for check, outcome in turned if outcome == "note"} >= NOTES_ONLY


def test_what_wakes_nobody_is_only_ever_a_note_or_blind() -> None:
    words = {turn.outcome for fault in FAULTS.values() for turn in fault.turns if turn.check in NOTES_ONLY}
    assert words == {"note", "blind"}


def test_faults_compose_in_the_order_they_are_named() -> None:
    both = planted(["dead-letters-one", "dead-letters-many"])
    assert len(both.database.letters) == 12
    assert planted(["health-500", "health-degraded"]).health.status == 500


def test_an_unknown_fault_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean dead-letters"):
        planted(["dead-leters"])


def test_no_two_systems_have_a_fault_of_one_name() -> None:
    names = [name for _system, name in EVERYWHERE]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "system", "owner"), [("d1-slow", TIMEDIFY, EVOLUTION_HUB), ("fly-hangs", EVOLUTION_HUB, TIMEDIFY)]
)
def test_a_fault_of_another_system_is_told_whose_it_is(name: str, system: str, owner: str) -> None:
    with pytest.raises(UnknownName, match=f"fault '{name}' is one of {owner}, not of {system};"):
        planted([name], system)
