"""What is new this week, and what may be said when only a part of two weeks was looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.records.run import LogLook
from ops_tests.rules.log_weeks import Week, extent, notes, of_this_week, weeks

NOW = datetime(2026, 11, 16, 7, tzinfo=UTC)
DAY = timedelta(days=1)
FAILED = "GET /app 503 - - 12 ms"
SHAPE = "status 5xx: GET /app 503 - - <n> ms"


def window(*lines: tuple[float, str], days: float = 14, complete: bool = True) -> LogWindow:
    """A log with a line of health every twelve hours and these beside it, each so many days before its end."""
    beats = [(half / 2, "GET /health 200") for half in range(int(days * 2) + 1)]
    ordered = sorted([*lines, *beats], reverse=True)
    told = tuple(LogLine(NOW - age * DAY, text) for age, text in ordered if age <= days)
    return LogWindow(NOW - 14 * DAY, NOW, told, complete, "logs API")


def look(since: float, until: float, *shapes: str) -> LogLook:
    """An earlier look, its ends in days before now."""
    return LogLook(since=NOW - since * DAY, until=NOW - until * DAY, shapes=shapes)


EMPTY = window(days=0, complete=False)


def test_an_error_of_this_week_alone_is_new() -> None:
    assert notes(weeks(window((2, FAILED)), [], expects_lines=True)) == [f"new this week: {SHAPE}"]


def test_an_error_of_both_weeks_is_not_new_whatever_its_numbers() -> None:
    assert notes(weeks(window((2, FAILED), (9, FAILED.replace("12", "17"))), [], expects_lines=True)) == []


def test_an_error_of_the_week_before_alone_is_no_note() -> None:
    assert notes(weeks(window((9, FAILED)), [], expects_lines=True)) == []


def test_earlier_runs_know_the_week_that_the_log_forgot() -> None:
    earlier = [look(14, 7.001, SHAPE)]
    assert notes(weeks(window((2, FAILED), days=7, complete=False), earlier, expects_lines=True)) == []


def test_what_is_called_new_may_be_older_when_nobody_looked_before() -> None:
    said = notes(weeks(window((2, FAILED), days=7, complete=False), [], expects_lines=True))
    assert said == [
        f"new this week: {SHAPE}",
        "only 0.0 d of the week before were looked at: what is called new may be older",
    ]


def test_a_week_seen_in_part_is_a_note_that_says_how_much() -> None:
    found = weeks(window(days=3, complete=False), [], expects_lines=True)
    assert notes(found) == ["only 3.0 of the week's 7 d were looked at"]
    assert extent(found) == [
        "this week: 3.0 of 7 d looked at, 0 error shapes",
        "the week before: 0.0 of 7 d looked at, 0 error shapes",
    ]


def test_less_than_a_day_is_no_week() -> None:
    with pytest.raises(NotCovered, match=r"only 0\.5 d of this week's log; expected at least 1 d"):
        weeks(window(days=0.5, complete=False), [], expects_lines=True)


def test_a_log_without_lines_is_no_evidence_where_lines_are_expected() -> None:
    silent = LogWindow(NOW - 14 * DAY, NOW, (), True, "logs API")
    with pytest.raises(NotCovered):
        weeks(silent, [], expects_lines=True)
    assert weeks(silent, [], expects_lines=False).unseen_days == 0


def test_looks_that_overlap_count_once() -> None:
    earlier = [look(5, 3), look(4, 2), look(2.5, 2.25)]
    assert weeks(EMPTY, earlier, expects_lines=True).this == Week(3.0, frozenset())


@pytest.mark.parametrize("seconds", [-60, 0, 60])
def test_the_look_of_last_monday_belongs_to_the_week_before(seconds: int) -> None:
    late = timedelta(seconds=seconds)
    monday = LogLook(since=NOW - 14 * DAY + late, until=NOW - 7 * DAY + late, shapes=(SHAPE,))
    found = weeks(window((2, FAILED), days=7, complete=False), [monday], expects_lines=True)
    assert notes(found) == []


def test_what_is_kept_for_the_next_weeks_is_this_week_s() -> None:
    part, shapes = of_this_week(window((2, FAILED), (9, "TypeError: x")))
    assert (part.since, [one.text for one in shapes]) == (NOW - 7 * DAY, ["GET /app 503 - - <n> ms"])
