"""The newest runs of a check as points of a line."""

from __future__ import annotations

from datetime import UTC, datetime

from ops_tests.records.history import PastCheck
from ops_tests.records.run import CheckRecord, Measurement, Outcome
from ops_tests.rules.trends import Point, described, points, scale

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def past(outcome: Outcome, value: float | None = None, unit: str | None = "s") -> PastCheck:
    return PastCheck("run", "shop/open", NOON, outcome, None, value, unit, 1.0, 0.1, "")


def now(outcome: Outcome, value: float | None = None, unit: str = "s") -> CheckRecord:
    taken = (Measurement(value=value, unit=unit, limit=1, key="", level=None),) if value is not None else ()
    return CheckRecord(
        target="shop", check="shop/open", subject="shop", claim="", suites=(), anchor="", outcome=outcome,
        measurements=taken,
    )  # fmt: skip


def test_this_run_is_the_last_of_at_most_thirty() -> None:
    line = points([past("ok", number) for number in range(40)], now("ok", 99), "s")
    assert [one.value for one in line] == [*map(float, range(11, 40)), 99]


def test_a_value_in_another_unit_is_a_gap_and_its_run_is_still_there() -> None:
    assert points([past("finding", 3, "rows")], now("ok", 1), "s") == [Point("finding", None), Point("ok", 1)]


def test_a_blind_run_keeps_unit_and_limit_of_the_newest_value() -> None:
    earlier = [past("ok", 0.5), past("blind", None, None)]
    assert scale(earlier, now("blind")) == ("s", 1.0)
    assert points(earlier, now("blind"), "s") == [Point("ok", 0.5), Point("blind", None), Point("blind", None)]


def test_what_is_measured_now_sets_unit_and_limit() -> None:
    assert scale([past("ok", 3, "rows")], now("ok", 0.5)) == ("s", 1)


def test_a_run_that_could_measure_nothing_but_a_count_does_not_change_the_line() -> None:
    earlier = [past("ok", 0.5), past("ok", 0.4), past("ok", 0.6), past("finding", 1, "failed answers")]
    assert scale(earlier, now("finding", 1, "failed answers")) == ("s", 1.0)
    assert points(earlier, now("finding", 1, "failed answers"), "s")[3:] == [Point("finding", None)] * 2


def test_where_nobody_ever_measured_there_is_no_limit() -> None:
    assert scale([past("blind", None, None)], now("blind")) == ("", None)


def test_a_run_to_which_the_check_did_not_apply_is_no_point() -> None:
    assert points([past("not applicable")], now("ok"), "") == [Point("ok", None)]


def test_the_line_is_told_in_words() -> None:
    line = [Point("ok", 0.012), Point("note", 0.1), Point("finding", 3.2), Point("blind", None), Point("waived", None)]
    assert described(line, "s") == "5 runs: 2 held, 1 blind, 1 waived, 1 finding; 12 ms to 3.2 s"
    assert described([Point("finding", None), Point("finding", None)], "") == "2 runs: 2 findings"
    assert described([Point("ok", None)], "") == "1 run: 1 held"
