"""Judging a day of traffic and the room machines have."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limit, Limits
from ops_tests.records.metrics import Invocations, Load, MachineLoad, Traffic
from ops_tests.rules import machine_load, traffic

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
DAY = Traffic(24, {200: 597, 500: 3}, 40, 90, ("a",))
INVOKED = Invocations(24, {"scriptThrewException": 3, "success": 2981, "clientDisconnected": 16}, 3)
LIMIT = Limits().error_percent
STRICT = Limit(value=0.1, unit="%")
WELL = MachineLoad("a", 20, 40, NOON)
LOAD = Load(24, NOON, ("a",), (WELL,))


def test_exactly_the_fewest_requests_decide() -> None:
    assert (traffic.fewest(LIMIT), traffic.decided(DAY, LIMIT)) == (600, 0.5)
    assert traffic.undecided(DAY, LIMIT) == []


def test_one_request_fewer_is_a_note_with_the_numbers() -> None:
    fewer = replace(DAY, responses={200: 299, 500: 300})
    assert traffic.decided(fewer, LIMIT) == 0
    (said,) = traffic.undecided(fewer, LIMIT)
    assert said.startswith(
        "undecided: 300 of 599 requests in 24 h failed; at least 600 requests are needed to judge 0.5 %"
    )


@pytest.mark.parametrize(("value", "fewest"), [(0.1, 3000), (0, 1)])
def test_a_stricter_objective_needs_more_requests(value: float, fewest: float) -> None:
    assert traffic.fewest(Limit(value=value, unit="%")) == pytest.approx(fewest)


def test_no_traffic_is_undecided_and_no_division() -> None:
    none = Traffic(24, {}, None, None, ("a",))
    assert (traffic.error_percent(none), len(traffic.undecided(none, LIMIT))) == (0, 1)
    assert traffic.described(none)[:2] == [
        "responses of the edge in 24 h: none",
        "the application's responses, all paths, as buckets of a histogram tell: p95 not known, p99 not known",
    ]


def test_exactly_the_fewest_invocations_decide() -> None:
    assert traffic.decided(INVOKED, STRICT) == pytest.approx(0.1)
    assert traffic.undecided(INVOKED, STRICT) == []
    fewer = replace(INVOKED, by_status={"success": 2899, "exceededCpu": 100}, errors=100)
    assert traffic.decided(fewer, STRICT) == 0
    (said,) = traffic.undecided(fewer, STRICT)
    assert said.startswith("undecided: about 100 of 2999 requests in 24 h failed; at least 3000 requests are needed")


def test_invocations_are_told_as_estimates_and_what_counts_as_an_error() -> None:
    assert traffic.described(INVOKED) == [
        (
            "invocations in 24 h, as Cloudflare samples them: about 2981 of success, 16 of clientDisconnected, "
            "3 of scriptThrewException"
        ),
        "errors among them: about 3, which threw or exceeded a limit; a 500 of its own is none",
    ]
    assert traffic.slow(INVOKED, Limits()) == []


def test_4xx_are_no_errors_of_ours() -> None:
    assert traffic.error_percent(replace(DAY, responses={200: 1, 404: 9, 429: 9})) == 0


def test_a_slow_percentile_is_a_note_that_claims_nothing_about_webhooks() -> None:
    assert traffic.slow(replace(DAY, p95_ms=100.0, p99_ms=501.0), Limits()) == [
        "p99 of all responses is 501 ms, over the webhooks' 500 ms (limits.response_p99_ms); pages are among them"
    ]


def test_the_fullest_machine_is_named_first() -> None:
    load = replace(LOAD, machines=(replace(WELL, cpu_percent=81.0), MachineLoad("b", 10, 95, NOON)))
    assert machine_load.crowded(load, Limits()) == ["b 95 % of the memory", "a 81 % of the CPU"]
    assert (machine_load.worst_cpu(load), machine_load.worst_memory(load)) == (81, 95)


def test_exactly_the_limit_is_room() -> None:
    assert machine_load.crowded(replace(LOAD, machines=(replace(WELL, cpu_percent=80.0),)), Limits()) == []


@pytest.mark.parametrize(
    "machine",
    [
        replace(WELL, instance="b"),
        replace(WELL, newest=None),
        replace(WELL, newest=NOON - timedelta(hours=2)),
    ],
)
def test_a_machine_that_reports_without_numbers_is_blind(machine: MachineLoad) -> None:
    machine_load.require_known(LOAD)
    with pytest.raises(NotCovered, match="no recent CPU or memory of a"):
        machine_load.require_known(replace(LOAD, machines=(machine,)))


def test_how_a_machine_ended_is_told() -> None:
    ended = (
        replace(WELL, exit_code=1),
        replace(WELL, exit_code=137, out_of_memory=True),
        MachineLoad("b", None, None, None),
    )
    assert machine_load.described(replace(LOAD, machines=ended)) == [
        "a: 20 % CPU, 40 % memory in the busiest of 24 hours, ended with exit code 1",
        "a: 20 % CPU, 40 % memory in the busiest of 24 hours, ended for want of memory",
        "b: unknown CPU, unknown memory in the busiest of 24 hours",
    ]
