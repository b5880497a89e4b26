"""Questions in lanes: all are asked, some at once, and each answer belongs to its question."""

from __future__ import annotations

import threading

import pytest

from ops_tests.plugin.lanes import LANES, in_lanes


def test_answers_come_in_the_order_of_the_questions() -> None:
    assert in_lanes(str, range(3 * LANES)) == [str(number) for number in range(3 * LANES)]
    assert in_lanes(str, []) == []


def test_as_many_as_there_are_lanes_are_under_way_at_once() -> None:
    together = threading.Barrier(LANES)
    assert len(set(in_lanes(lambda _: together.wait(10), range(LANES)))) == LANES


def test_never_more_are_under_way_than_there_are_lanes() -> None:
    under_way, most, lock = [0], [0], threading.Lock()

    def ask(_: int) -> None:
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
        threading.Event().wait(0.001)
        with lock:
            under_way[0] -= 1

    in_lanes(ask, range(5 * LANES))
    assert most[0] <= LANES


def test_of_several_failures_the_first_question_s_is_told_and_all_are_asked() -> None:
    asked = []

    def ask(number: int) -> int:
        asked.append(number)
        return 1 // (number % 3) if number != 4 else int("four")

    with pytest.raises(ZeroDivisionError):
        in_lanes(ask, range(9))
    assert sorted(asked) == list(range(9))
