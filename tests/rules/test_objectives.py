"""The objectives: uptime and recovery from probes, the rest from the checks' own records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.records.objective import Objective
from ops_tests.records.run import CheckRecord, Level, Measurement, Outcome
from ops_tests.rules.objective_table import objective_table
from ops_tests.rules.objectives import Past, objectives, recovery, response, up
from ops_tests.rules.probes import Probe, outages, uptime

NOW = datetime(2026, 11, 20, 6, tzinfo=UTC)
STEP = timedelta(minutes=5)
MONTH = 30 * 24 * 12
"""Smoke runs of 30 days."""
ERRORS = "traffic/error_rate_is_within_the_objective"


def probes(count: int, *down: int, leave_out: Sequence[int] = ()) -> list[Probe]:
    """So many probes, five minutes apart, the last one now; those numbered are down, or were not made."""
    begin = NOW - STEP * (count - 1)
    return [Probe(begin + STEP * place, place not in down) for place in range(count) if place not in leave_out]


def at(place: int, count: int = MONTH) -> datetime:
    """The moment of a probe."""
    return NOW - STEP * (count - 1 - place)


def past(
    newest: dict[str, CheckRecord] | None = None, responses: Sequence[tuple[datetime, datetime | None]] = ()
) -> Past:
    """A past without probes, in which somebody is told."""
    return Past(newest or {}, (), responses, frozenset({"alerts", "metrics"}))


def test_a_month_without_an_outage_is_up_and_keeps_its_budget() -> None:
    one = up("shop", probes(MONTH), [], NOW)
    assert (one.outcome, one.value, one.budget_left_percent, one.samples) == ("ok", 100, 100, MONTH)


def test_a_red_probe_between_green_ones_is_an_interval_that_costs_its_middle() -> None:
    seen = uptime(probes(MONTH, 9), NOW - timedelta(days=30), NOW, [])
    assert (seen.down_at_least, seen.down_at_most) == (timedelta(), 2 * STEP)
    one = up("shop", probes(MONTH, 9), [], NOW)
    assert (one.outcome, one.budget_left_percent) == ("ok", 88.4)
    assert one.sentence.startswith("down for 0.0 to 10.0 min of 43.2 min allowed, 38.2 min left; 100 % of the time")


def test_more_than_the_budget_is_red_also_when_little_is_known() -> None:
    eleven = tuple(range(100, 111))
    assert up("shop", probes(MONTH, *eleven), [], NOW).outcome == "finding"
    assert up("shop", probes(300, *eleven), [], NOW).outcome == "finding"


def test_between_the_least_and_the_most_of_an_outage_it_is_undecided() -> None:
    assert up("shop", probes(MONTH, *range(100, 109)), [], NOW).outcome == "note"


def test_little_history_is_a_note_and_none_a_gap_never_up() -> None:
    one = up("shop", probes(300), [], NOW)
    assert (one.outcome, one.value, one.budget_left_percent) == ("note", 100, None)
    assert one.sentence.startswith("too little is known yet: ")
    assert "3 % of the time is known" in one.sentence
    for none in ([], [Probe(NOW, up=True)], [Probe(NOW - timedelta(days=day), up=True) for day in (2, 1, 0)]):
        assert (up("shop", none, [], NOW).outcome, up("shop", none, [], NOW).value) == ("gap", None)


def test_a_gap_is_neither_up_nor_down() -> None:
    cut = uptime(probes(100, 9, 90, leave_out=range(10, 90)), NOW - STEP * 99, NOW, [])
    assert cut.known == STEP * 18
    assert (cut.down_at_least, cut.down_at_most) == (timedelta(), 2 * STEP)


def test_maintenance_is_left_out_of_uptime_and_of_outages_even_where_windows_overlap() -> None:
    down = range(100, 120)
    windows = [(at(98), at(115)), (at(110), at(122))]
    one = up("shop", probes(MONTH, *down), windows, NOW)
    assert (one.outcome, one.value) == ("ok", 100)
    assert recovery("shop", probes(MONTH, *down), windows, NOW).outcome == "ok"
    assert up("shop", probes(MONTH, *down), [], NOW).outcome == "finding"


@pytest.mark.parametrize(
    ("down", "outcome", "value"),
    [((), "ok", None), ((50,), "note", 0), ((50, 51), "note", 5), ((50, 51, 52), "finding", 10)],
)
def test_recovery_is_judged_on_the_least_an_outage_can_have_lasted(
    down: tuple[int, ...], outcome: str, value: float | None
) -> None:
    one = recovery("shop", probes(MONTH, *down), [], NOW)
    assert (one.outcome, one.value) == (outcome, value)


def test_recovery_is_good_when_the_most_of_every_outage_is_within_the_limit() -> None:
    quick = [Probe(NOW - timedelta(days=30) + timedelta(minutes=2 * step), step != 70) for step in range(21601)]
    assert recovery("shop", quick, [], NOW).outcome == "ok"


def test_an_outage_that_lasts_is_told_and_counts_as_far_as_it_was_seen() -> None:
    one = recovery("shop", probes(MONTH, *range(MONTH - 4, MONTH)), [], NOW)
    assert (one.outcome, one.value) == ("finding", 15)
    assert "an unknown time on average; the newest lasts since" in one.sentence


def test_red_probes_with_a_gap_between_them_prove_no_long_outage() -> None:
    (found,) = outages(probes(100, 10, 60, leave_out=range(11, 60)), [])
    assert (found.at_least, found.at_most) == (timedelta(), None)


def test_no_outage_in_a_history_that_tells_little_is_no_proof() -> None:
    assert recovery("shop", probes(300), [], NOW).outcome == "note"
    assert recovery("shop", [], [], NOW).outcome == "gap"


def test_the_longest_wait_for_a_message_decides_and_one_that_waits_still_counts() -> None:
    red = NOW - timedelta(days=1)
    soon, late = (red, red + STEP), (red, red + 4 * STEP)
    assert response("shop", past(responses=[soon]), [], NOW).outcome == "ok"
    one = response("shop", past(responses=[soon, late]), [], NOW)
    assert (one.outcome, one.value, one.samples) == ("finding", 20, 2)
    assert response("shop", past(responses=[soon, (NOW - 4 * STEP, None)]), [], NOW).sentence.endswith("waits still")


def test_what_was_held_in_maintenance_waits_from_its_end() -> None:
    red = NOW - timedelta(days=1)
    window = (red - STEP, red + 12 * STEP)
    assert response("shop", past(responses=[(red, red + 13 * STEP)]), [window], NOW).value == 5


def test_nothing_to_tell_is_a_gap_and_where_nobody_is_told_it_does_not_apply() -> None:
    assert response("shop", past(), [], NOW).outcome == "gap"
    assert response("shop", Past({}, (), (), frozenset()), [], NOW).outcome == "not applicable"


def record(outcome: Outcome, value: float, hours_ago: float = 0) -> CheckRecord:
    """The record of the check of the error rate."""
    measured = Measurement(value=value, unit="% of the requests", limit=0.5, key="x", level=None, samples=12000)
    return CheckRecord(
        target="shop", check=ERRORS, subject="traffic", claim="", suites=("daily",), anchor="", outcome=outcome,
        level=Level.L1 if outcome == "finding" else None, sentence="seen; expected" if outcome == "finding" else "",
        measurements=(measured,), started_at=NOW - timedelta(hours=hours_ago),
    )  # fmt: skip


def errors(*records: CheckRecord) -> Objective:
    """The objective of errors."""
    told = objectives("shop", past({one.check: one for one in records}), [], NOW)
    return next(one for one in told if one.id == "slo-errors")


def test_an_objective_of_a_check_is_told_in_its_words_with_its_budget() -> None:
    one = errors(record("ok", 0.125))
    assert (one.outcome, one.value, one.unit, one.limit, one.samples) == ("ok", 0.125, "%", 0.5, 12000)
    assert (one.budget_left_percent, one.sentence) == (75, "")
    assert errors(record("finding", 1.0)).budget_left_percent == -100


def test_a_waived_objective_is_missed_all_the_same_and_an_older_record_says_its_day() -> None:
    assert errors(record("waived", 1.0)).outcome == "finding"
    assert errors(record("finding", 1.0, hours_ago=30)).sentence == "seen; expected; as of 2026-11-19 00:00Z"


def test_a_check_that_never_ran_is_a_gap_and_one_that_is_blind_has_no_value() -> None:
    assert errors().outcome == "gap"
    assert (errors(record("blind", 0.1)).outcome, errors(record("blind", 0.1)).value) == ("blind", None)


def test_a_check_that_does_not_apply_has_no_objective() -> None:
    told = objectives("shop", past({ERRORS: record("not applicable", 0.1)}), [], NOW)
    assert "slo-errors" not in {one.id for one in told}
    assert {"slo-uptime", "slo-mttr", "slo-incident-response"} <= {one.id for one in told}


def test_metrics_that_know_no_machine_promise_nothing_of_its_cpu_and_memory() -> None:
    machines = {"slo-resources-cpu", "slo-resources-memory"}
    assert not machines & {one.id for one in objectives("shop", past(), [], NOW)}
    fly = Past({}, (), (), frozenset({"metrics", "metrics.org"}))
    assert machines <= {one.id for one in objectives("shop", fly, [], NOW) if one.outcome == "gap"}


def test_an_objective_without_its_part_and_without_a_record_is_not_there() -> None:
    assert "slo-webhook-p95" not in {one.id for one in objectives("shop", past(), [], NOW)}


def test_a_sandbox_that_has_no_past_has_only_what_its_checks_judge() -> None:
    told = objectives("sandbox", Past({}, (), (), frozenset({"health"}), remembers=False), [], NOW)
    assert [one.id for one in told] == ["slo-health"]


def test_the_table_says_why_only_where_something_is_not_met() -> None:
    lines = objective_table([errors(record("ok", 0.125)), errors(record("finding", 1.0))])
    assert [line.split()[:2] for line in lines[:3]] == [
        ["objective", "word"],
        ["slo-errors", "ok"],
        ["slo-errors", "finding"],
    ]
    assert lines[3:] == ["    seen; expected"]
    assert objective_table([]) == []
