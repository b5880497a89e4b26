"""Following a log: every line once, what was missed is told, and no payload is shown by its second half."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.rules.log_entries import Entry, entries, settled
from ops_tests.rules.log_following import BEGINNING_UNSEEN, LONGEST_ENTRY, Course, Filter, shown

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def line(seconds: float, message: str = "GET /health 200 - - 3 ms", machine: str = "one") -> LogLine:
    return LogLine(at(seconds), message, machine)


def window(since: float, until: float, *lines: LogLine, complete: bool = True) -> LogWindow:
    return LogWindow(at(since), at(until), lines, complete, "logs API")


def entry(text: str) -> Entry:
    (found,) = entries([LogLine(NOON, text)])
    return found


def test_a_line_that_is_read_again_is_new_once() -> None:
    course = Course(at(0))
    assert course.take(window(0, 5, line(1), line(4))) == [line(1), line(4)]
    assert course.since == at(1)
    assert course.take(window(1, 6, line(1), line(2, machine="two"), line(4))) == [line(2, machine="two")]


def test_after_a_full_page_reading_goes_on_behind_it() -> None:
    course = Course(at(0))
    course.take(window(0, 4, line(1), line(4)))
    assert course.since == at(4)


def test_without_a_line_reading_begins_where_it_began() -> None:
    course = Course(at(0))
    course.take(window(0, 5))
    assert course.since == at(0)


def test_what_was_seen_to_its_end_has_no_gap() -> None:
    course = Course(at(0))
    course.take(window(0, 30, line(28)))
    course.end(at(30))
    assert course.told(at(30)) == ["covered 30 s of 12:00:00Z to 12:00:30Z (30 s), newest line 12:00:28Z"]


def test_a_page_that_does_not_reach_back_leaves_a_gap() -> None:
    course = Course(at(0))
    course.take(window(0, 5, line(4), complete=False))
    course.take(window(4, 20, line(4), line(18)))
    course.end(at(20))
    assert course.told(at(20)) == [
        "covered 16 s of 12:00:00Z to 12:00:20Z (20 s), newest line 12:00:18Z",
        "gap: 12:00:00Z to 12:00:04Z (4 s) was not delivered",
    ]


def test_what_came_after_the_last_look_that_succeeded_is_a_gap() -> None:
    course = Course(at(0))
    course.take(window(0, 10))
    course.end(at(30))
    assert course.told(at(30)) == [
        "covered 10 s of 12:00:00Z to 12:00:30Z (30 s), no line in that time",
        "gap: 12:00:10Z to 12:00:30Z (20 s) was not delivered",
    ]


def test_silence_of_a_source_that_cannot_tell_silence_is_a_gap() -> None:
    course = Course(at(0))
    course.take(window(0, 20, complete=False))
    course.end(at(20))
    assert course.gaps == [(at(0), at(20))]


def test_an_entry_that_may_go_on_waits_for_its_lines() -> None:
    head, tail = line(1, "CUSTOMERS/REDACT payload for a.myshopify.com: {"), line(1.1, '  "first_name": "Anna",')
    found, kept = settled([head], at(2))
    assert (found, kept) == ([], [head])
    (whole,), rest = settled([*kept, tail], at(5))
    assert (whole.text, rest) == (f"{head.message}\n{tail.message}", [])
    assert "Anna" not in shown(whole)


def test_a_later_entry_of_the_same_machine_ends_the_one_before() -> None:
    found, kept = settled([line(1, "first"), line(1.2, "second")], at(2))
    assert ([one.text for one in found], [one.message for one in kept]) == (["first"], ["second"])


@pytest.mark.parametrize("text", ['  "first_name": "Anna",', "} Anna", "\t anna@example.com"])
def test_an_entry_whose_beginning_nobody_saw_is_not_shown(text: str) -> None:
    assert shown(entry(text)) == BEGINNING_UNSEEN


def test_personal_data_is_cut_and_so_is_what_is_endless() -> None:
    said = shown(entry("mail to anna@example.com of anna.myshopify.com, +49 171 1234567"))
    assert said == "mail to <email> of <shop>, <phone>"
    assert len(shown(entry("x" * 9000))) == LONGEST_ENTRY + 3


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (Filter(topic="app/"), "APP/UNINSTALLED: cleanup done for a"),
        (Filter(topic="APP/UNINSTALLED"), "POST /webhooks/app/uninstalled 200 - - 4 ms"),
        (Filter(topic="/webhooks/app"), "POST /webhooks/app/uninstalled 200 - - 4 ms"),
        (Filter(text="CLEANUP"), "SHOP/REDACT: cleanup done for a"),
        (Filter(errors=True), "GET / 503 - - 4 ms"),
        (Filter(), "anything"),
    ],
)
def test_what_fits_the_filter_is_wanted(wanted: Filter, text: str) -> None:
    assert wanted.wants(entry(text), text)


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        (Filter(topic="app/"), "GET /health 200 - - 3 ms"),
        (Filter(topic="shop"), "APP/UNINSTALLED: cleanup done for shop"),
        (Filter(text="cleanup"), "GET /health 200 - - 3 ms"),
        (Filter(errors=True), "GET /health 200 - - 503 ms"),
        (Filter(topic="app/", errors=True), "APP/UNINSTALLED: cleanup done for a"),
    ],
)
def test_what_does_not_fit_is_not(wanted: Filter, text: str) -> None:
    assert not wanted.wants(entry(text), text)


def test_nobody_finds_out_personal_data_by_searching_for_it() -> None:
    named = entry("mail to anna@example.com")
    assert not Filter(text="anna").wants(named, shown(named))


def test_entries_of_one_moment_on_a_full_page_are_not_read_for_ever() -> None:
    course = Course(at(0))
    course.take(LogWindow(at(0), at(0) + timedelta(microseconds=1), (line(0),), True, "logs API"))
    assert course.since > at(0)
