"""Percentiles and their intervals, and which samples belong together."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ops_tests.records.history import Samples
from ops_tests.rules.latency import percentiles, pooled

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def upper_end(name: str, samples: int) -> float | None:
    ordered = [float(number) for number in range(1, samples + 1)]
    return {one.name: one.high for one in percentiles(ordered)}[name]


@pytest.mark.parametrize(("name", "least"), [("p95", 72), ("p99", 368)])
def test_the_least_samples_with_an_upper_end_are_those_of_the_formula(name: str, least: int) -> None:
    assert upper_end(name, least - 1) is None
    assert upper_end(name, least) == least


def test_the_median_of_a_hundred_lies_between_the_ranks_of_the_tables() -> None:
    (median, *_) = percentiles([float(number) for number in range(1, 101)])
    assert (median.value, median.low, median.high) == (50, 40, 61)


def test_nothing_measured_has_no_percentile() -> None:
    assert percentiles([]) == []


def test_samples_are_pooled_in_ascending_order_and_the_sandbox_keeps_to_its_own_run() -> None:
    taken = [Samples("one", "x", NOON, (0.3, 0.1)), Samples("two", "x", NOON, (0.2,))]
    assert pooled(taken, "two", alone=False) == [0.1, 0.2, 0.3]
    assert pooled(taken, "two", alone=True) == [0.2]
