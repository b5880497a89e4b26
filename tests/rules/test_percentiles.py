"""At most three looks at a percentile, and no more error than is promised."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limit
from ops_tests.records.webhooks import ResponseTimes
from ops_tests.rules.latency import PERCENTILES, net, percentile
from ops_tests.rules.percentiles import (
    ERRORS_A_SIDE,
    Look,
    evidence,
    failed,
    fewest,
    judged,
    looks,
    looks_at,
    undecided,
)

LIMIT = Limit(value=100, unit="ms", key="limits.response_p95_ms")
PROMISED = 0.05
TRIALS = 300
LUCK = 0.04
"""Three standard deviations of a share of 5 % in so many trials."""
QUICK, SLOW = [0.02] * 30, [0.2] * 30


def times(*runs: list[float], connecting: float = 0.0) -> ResponseTimes:
    """Response times of this run, the last, and of earlier ones."""
    return ResponseTimes("/webhooks/x", "here", tuple(runs[-1]), connecting, "one", tuple(map(tuple, runs[:-1])))


def drawn(chance: random.Random) -> Iterator[list[float]]:
    """Runs of thirty samples whose percentile of any share is that share, without end."""
    while True:
        yield [chance.random() for _ in range(30)]


def series(name: str, seed: int, limit: float) -> list[Look]:
    """All looks of the first series of runs, to its end."""
    found = []
    for look in looks(name, drawn(random.Random(seed)), limit):
        found.append(look)
        if look.closes:
            return found
    raise AssertionError("a series ends")


@pytest.mark.parametrize(("name", "least"), [("p95", 72), ("p99", 368)])
def test_the_least_samples_that_can_pass_are_those_of_the_formula(name: str, least: int) -> None:
    share = PERCENTILES[name]
    assert share ** (least - 1) > ERRORS_A_SIDE[1] >= share**least
    assert fewest(name, ERRORS_A_SIDE[1]) == looks_at(name)[1] == least
    for count, word in ((least - 1, "undecided"), (least, "passed")):
        assert [one.word for one in looks(name, [[1.0] * count], 100)][-1] == word


def test_the_looks_share_no_more_than_the_error_that_is_promised() -> None:
    assert sum(ERRORS_A_SIDE) == PROMISED
    assert [looks_at("p95"), looks_at("p99")] == [(30, 72, 216), (30, 368, 1104)]


@pytest.mark.parametrize("name", ["p95", "p99"])
def test_three_looks_at_a_percentile_on_its_limit_err_no_more_than_promised(name: str) -> None:
    ended = [series(name, seed, PERCENTILES[name]) for seed in range(TRIALS)]
    words = Counter(one[-1].word for one in ended)
    assert max(map(len, ended)) <= 3
    assert words["passed"] / TRIALS <= PROMISED + LUCK
    assert words["failed"] / TRIALS <= PROMISED + LUCK


@pytest.mark.parametrize(("name", "count"), [("p50", 40), ("p95", 80), ("p99", 400)])
def test_the_interval_covers_the_truth_as_often_as_it_says(name: str, count: int) -> None:
    truth, missed = PERCENTILES[name], 0
    for seed in range(TRIALS):
        chance = random.Random(seed)
        found = percentile(name, sorted(chance.random() for _ in range(count)))
        missed += not (found.low or 0) <= truth <= (1 if found.high is None else found.high)
    assert missed / TRIALS <= 0.05 + LUCK


@pytest.mark.parametrize(("name", "truth"), [("p50", 2), ("p95", 10), ("p99", 50)])
def test_the_interval_covers_the_truth_where_samples_tie(name: str, truth: int) -> None:
    schedule = [2] * 90 + [10] * 8 + [50] * 2
    missed = 0
    for seed in range(TRIALS):
        found = percentile(name, sorted(random.Random(seed).choices(schedule, k=368)))
        missed += not (found.low or 0) <= truth <= (truth if found.high is None else found.high)
    assert missed / TRIALS <= 0.05 + LUCK


def test_what_is_well_below_passes_at_the_second_look_and_what_is_well_over_fails_at_the_first() -> None:
    assert [(one.number, one.word) for one in looks("p95", [QUICK] * 3, 0.1)] == [(1, "undecided"), (2, "passed")]
    assert [(one.number, one.word) for one in looks("p95", [SLOW], 0.1)] == [(1, "failed")]


def test_a_run_that_reaches_several_looks_makes_the_last_of_them() -> None:
    assert [one.number for one in looks("p95", [QUICK * 10], 0.1)] == [3]


def test_thirty_samples_alone_never_pass_and_say_what_is_needed() -> None:
    look = judged("p95", times(QUICK), LIMIT)
    (said,) = undecided(look, LIMIT)
    assert (look.word, failed(look)) == ("undecided", [])
    assert said == (
        "undecided: p95 is 20 ms (interval 20 ms to open, 30 samples); looks are at 30, 72, 216 samples, and 72 are "
        "the least to hold 100 ms (limits.response_p95_ms)"
    )


def test_the_verdict_stands_until_the_next_series_has_one() -> None:
    good, bad = [QUICK] * 3, [SLOW]
    assert judged("p95", times(*good, QUICK), LIMIT).word == "passed"
    assert judged("p95", times(*good, *bad), LIMIT).word == "failed"
    assert judged("p95", times(*good, *bad, QUICK), LIMIT).word == "failed"
    assert judged("p95", times(*bad, *good), LIMIT).word == "passed"


def test_a_failure_is_told_with_its_interval() -> None:
    assert failed(judged("p95", times(SLOW), LIMIT)) == ["p95 is 200 ms (interval 200 ms to open, 30 samples)"]


def test_nothing_measured_is_blind() -> None:
    with pytest.raises(NotCovered, match="no response time was measured"):
        judged("p95", times([]), LIMIT)


def test_what_earlier_runs_measured_is_no_pass_for_a_run_that_measured_nothing() -> None:
    earlier = [QUICK] * 3
    assert judged("p95", times(*earlier), LIMIT).word == "passed"
    with pytest.raises(NotCovered, match="no response time was measured"):
        judged("p95", times(*earlier, []), LIMIT)


def test_the_way_is_taken_off_but_never_more_than_the_fastest_answer_took() -> None:
    assert net([0.25, 0.5], 0.125) == [0.125, 0.375]
    assert net([0.25, 0.5], 3.0) == [0.0, 0.25]
    assert net([], 3.0) == []


def test_the_evidence_names_the_place_the_way_and_what_is_pooled() -> None:
    said = evidence(times(QUICK, [0.25, 0.5], connecting=0.125))
    sent, measured = said
    assert sent.startswith(
        "2 signed deliveries to /webhooks/x, one by one on a warm connection: p50 125 ms, p95 375 ms"
    )
    assert sent.endswith("judged with 30 of 1 earlier runs on image one")
    assert measured == "measured from here: first byte after 250 ms at best; 125 ms for connecting is taken off"
