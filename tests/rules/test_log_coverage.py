"""Whether a look into the log reached as far as the claim."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.rules.log_coverage import gap, require_cover

UNTIL = datetime(2026, 8, 20, 5, 31, 4, tzinfo=UTC)


def window(*ages: float, complete: bool = True) -> LogWindow:
    """Five minutes with a line at each age, in seconds before the end, oldest first."""
    lines = tuple(LogLine(UNTIL - timedelta(seconds=age), "GET /health 200") for age in ages)
    return LogWindow(UNTIL - timedelta(minutes=5), UNTIL, lines, complete, "fly logs")


def test_a_complete_window_with_lines_is_covered() -> None:
    assert gap(window(200, 3), expects_lines=True) == ""
    assert require_cover(window(200, 3), expects_lines=True, previous_look=None) == []


def test_a_complete_window_of_a_silent_application_is_covered() -> None:
    assert gap(window(), expects_lines=False) == ""


def test_silence_where_lines_are_expected_is_not_covered() -> None:
    assert gap(window(), expects_lines=True) == "fly logs shows no line at all between 05:26:04Z and 05:31:04Z (5 min)"


def test_silence_of_an_incomplete_reading_is_not_covered() -> None:
    assert gap(window(complete=False), expects_lines=False).startswith("fly logs shows no line at all")


def test_a_part_of_the_window_is_named_with_its_times() -> None:
    assert gap(window(40, 0, complete=False), expects_lines=True) == (
        "fly logs delivered only 40 s of 5 min (05:30:24Z to 05:31:04Z, asked from 05:26:04Z to 05:31:04Z)"
    )


def test_an_uncovered_window_is_blind_and_says_what_to_type() -> None:
    with pytest.raises(NotCovered, match=r"40 s of 5 min .*platform\.token_env"):
        require_cover(window(40, 0, complete=False), expects_lines=True, previous_look=None)


def test_silence_is_blind_whatever_was_seen_before() -> None:
    with pytest.raises(NotCovered, match="fly status --app"):
        require_cover(window(), expects_lines=True, previous_look=UNTIL - timedelta(seconds=30))


def test_a_reading_back_to_the_previous_look_is_a_note() -> None:
    seen = window(100, 0, complete=False)
    notes = require_cover(seen, expects_lines=True, previous_look=UNTIL - timedelta(seconds=90))
    assert [note.partition("; ")[2] for note in notes] == ["that reaches back to the previous look at 05:29:34Z"]


@pytest.mark.parametrize("ages", [(80, 0), (300, 120)])
def test_a_reading_short_of_the_previous_look_or_of_the_present_is_blind(ages: tuple[float, float]) -> None:
    with pytest.raises(NotCovered):
        require_cover(window(*ages, complete=False), expects_lines=True, previous_look=UNTIL - timedelta(seconds=90))
