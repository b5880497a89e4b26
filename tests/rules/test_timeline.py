"""A drill's timeline in words and places: what is joined, what is told together, what has room."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Literal

import pytest

from ops_tests.records.run import Drill, Span
from ops_tests.rules.timeline import SHOWN_STRETCHES, bars, described, lanes, rows, stretches, ticks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def span(
    since: float, until: float, state: Literal["good", "bad", "act"] = "good", text: str = "up", lane: str = "health"
) -> Span:
    moments = NOON + timedelta(seconds=since), NOON + timedelta(seconds=until)
    return Span(lane=lane, since=moments[0], until=moments[1], state=state, text=text)


def drill(*spans: Span) -> Drill:
    return Drill(target="shop", name="cold start", began_at=NOON, ended_at=NOON + timedelta(minutes=1), spans=spans)


def test_lanes_keep_the_order_of_the_record_and_their_spans_that_of_time() -> None:
    told = lanes(drill(span(5, 9), span(1, 2, "act", "restart", "done"), span(0, 4, text="slow")))
    assert [(one.name, [stretch.since for stretch in one.stretches]) for one in told] == [
        ("health", [0, 5]), ("done", [1])
    ]  # fmt: skip


def test_neighbours_that_are_alike_are_one_line_that_counts_them() -> None:
    (one,) = stretches([span(0, 2), span(3, 4), span(5, 8)], NOON)
    assert (one.when, one.took) == ("0.0 s to 8.0 s", "6 s in 3 parts, the longest 3 s")


def test_another_state_or_another_text_begins_a_line() -> None:
    told = stretches([span(0, 2), span(2, 3, "bad"), span(3, 4), span(4, 5, text="slow")], NOON)
    assert [(one.state, one.text, one.took) for one in told] == [
        ("good", "up", "2 s"), ("bad", "up", "1 s"), ("good", "up", "1 s"), ("good", "slow", "1 s")
    ]  # fmt: skip


def test_acts_that_are_alike_are_still_told_one_by_one() -> None:
    told = stretches([span(1, 1, "act", "restart"), span(5, 5, "act", "restart")], NOON)
    assert [(one.when, one.took) for one in told] == [("at 1.0 s", ""), ("at 5.0 s", "")]


def test_what_takes_no_time_and_is_there_often_is_counted() -> None:
    (one,) = stretches([span(1, 1), span(5, 5)], NOON)
    assert (one.when, one.took) == ("1.0 s to 5.0 s", "2 times")


def test_hundreds_of_turns_are_told_by_what_was_seen() -> None:
    turns = [span(at, at + 1, *(("bad", "503") if at % 3 == 0 else ("good", "200"))) for at in range(300)]
    assert [(one.text, one.times, one.when) for one in stretches(turns, NOON)] == [
        ("503", 100, "0.0 s to 298.0 s"), ("200", 200, "1.0 s to 300.0 s")
    ]  # fmt: skip


def test_hundreds_of_texts_are_told_by_their_state() -> None:
    several = [span(at, at + 1, text=f"{at} ms") for at in range(SHOWN_STRETCHES + 1)]
    (one,) = stretches(several, NOON)
    assert one.text == f"0 ms, 1 ms and {SHOWN_STRETCHES - 1} more"
    assert len(stretches(several[:-1], NOON)) == SHOWN_STRETCHES


def test_a_lane_in_a_sentence() -> None:
    (lane,) = lanes(drill(span(0, 4), span(4, 4, "bad", "503")))
    assert described(lane) == "health: good 0.0 s to 4.0 s, up; bad at 4.0 s, 503"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 62, [0, 10, 20, 30, 40, 50, 60]),
        (0, 300, [0, 50, 100, 150, 200, 250, 300]),
        (0, 0.001, [0, 0.0002, 0.0004, 0.0006, 0.0008, 0.001]),
        (-3, 9, [-2, 0, 2, 4, 6, 8]),
    ],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize("high", [0.003, 0.7, 1, 4.2, 7, 12, 34.2, 59, 61, 124, 999, 1000, 7200, 90000])
def test_there_are_never_more_ticks_than_have_room_and_never_only_one(high: float) -> None:
    assert 3 <= len(ticks(0, high)) <= 7


def test_bars_that_nobody_could_tell_apart_are_one() -> None:
    assert bars([(0, 2), (2.1, 4), (1, 3), (6, 8)], 1, 0.2) == [(0, 4), (6, 8)]


def test_what_is_short_is_still_seen() -> None:
    assert bars([(5, 5)], 1.6, 0.2) == [(5, 6.6)]


def test_short_looks_by_turns_do_not_become_one() -> None:
    by_turns = bars([(0.9 * place, 0.9 * place + 0.3) for place in range(300)], 1.6, 0.2)
    assert len(by_turns) == 300
    assert sum(high - low for low, high in by_turns[:-1]) <= 0.51 * 270


def test_no_label_lies_on_another_whatever_they_are() -> None:
    dice = random.Random(7)
    for _ in range(200):
        starts = sorted(dice.uniform(0, 400) for _ in range(12))
        labels = [(x - dice.uniform(20, 90), x) if x > 350 else (x, x + dice.uniform(20, 240)) for x in starts]
        placed = list(zip(labels, rows(labels), strict=True))
        for ((low, high), row), ((left, right), other) in combinations(placed, 2):
            assert row != other or high <= left or right <= low


def test_labels_that_have_room_share_the_first_row_and_else_the_earlier_one_goes_below() -> None:
    assert rows([(0, 10), (10, 20), (30, 40)]) == [0, 0, 0]
    assert rows([(0, 10), (5, 15), (8, 18)]) == [2, 1, 0]
    assert rows([]) == []
