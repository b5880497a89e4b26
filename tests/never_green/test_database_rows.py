"""Rows cut, emptied, reordered and spoilt: a record or an error, and never fine for want of evidence."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients import database_activity, database_replica, database_rows
from ops_tests.errors import Blind, NotCovered, Unparsable
from ops_tests.limits import Limits
from ops_tests.records.database import DeadLetters, Migration
from ops_tests.rules import activity, dead_letters, migrations, offline_tokens, retention
from tests.never_green.spoiling import EXAMPLES, ODD_VALUES

NOW = datetime(2026, 8, 20, 5, 31, 4)  # noqa: DTZ001  # as Prisma's columns hold it
LETTERS: list[tuple[Any, ...]] = [
    (NOW, 3, f"id{place}", "SHOP_REDACT", place, NOW - timedelta(hours=4 - place)) for place in (1, 2, 3)
]
NONE_WAITING: list[tuple[Any, ...]] = [(NOW, None, None, None, None, None)]
BEGUN = NOW.replace(tzinfo=UTC)
APPLIED: list[tuple[Any, ...]] = [(f"{place}_init", BEGUN, BEGUN, None, False) for place in (1, 2)]
MIGRATIONS = [*APPLIED, ("3_more", BEGUN, None, None, True)]
WEST = timezone(timedelta(hours=-12))
ODD_ROWS: Sequence[Any] = (
    *ODD_VALUES,
    NOW,
    datetime.max.replace(tzinfo=WEST),
    datetime.min.replace(tzinfo=UTC),
    b"",
    2**70,
)


def letters_are_fine(rows: Sequence[Any]) -> bool:
    """Whether any of the three checks of dead letters would be green."""
    try:
        letters = database_rows.dead_letters(rows)
    except Blind:
        return False
    return (
        letters.count == 0 or dead_letters.oldest_age_minutes(letters) <= 60 or not dead_letters.exhausted(letters, 3)
    )


def migrations_are_fine(rows: Sequence[Any]) -> bool:
    """Whether the check of migrations would be green."""
    try:
        return not migrations.unapplied(database_rows.migrations(rows), ())
    except Blind:
        return False


@st.composite
def spoilt(draw: st.DrawFn, rows: Sequence[Any], values: Sequence[Any] = ODD_ROWS) -> list[Any]:
    """The rows with one value replaced."""
    row = draw(st.integers(0, len(rows) - 1))
    column = draw(st.integers(0, len(rows[row]) - 1))
    changed = (*rows[row][:column], draw(st.sampled_from(values)), *rows[row][column + 1 :])
    return [*rows[:row], changed, *rows[row + 1 :]]


def test_whole_rows_say_what_is_there() -> None:
    assert (letters_are_fine(NONE_WAITING), letters_are_fine(LETTERS)) == (True, False)
    assert (migrations_are_fine(APPLIED), migrations_are_fine(MIGRATIONS)) == (True, False)


@pytest.mark.parametrize(
    "rows", [LETTERS[:2], LETTERS[1:], [], [()], [(NOW,)], [(NOW, None)], [row[:4] for row in LETTERS]]
)
def test_cut_rows_of_letters_are_never_fine(rows: list[Any]) -> None:
    assert not letters_are_fine(rows)


@EXAMPLES
@given(rows=spoilt(LETTERS, (None, "")))
def test_emptying_a_value_hides_no_letter(rows: list[Any]) -> None:
    assert not letters_are_fine(rows)


@EXAMPLES
@given(rows=st.permutations(LETTERS))
def test_the_order_of_rows_hides_no_letter(rows: list[Any]) -> None:
    assert [one.id for one in database_rows.dead_letters(rows).oldest_first] == ["id1", "id2", "id3"]


@EXAMPLES
@given(rows=spoilt(MIGRATIONS[2:], (None, "", False)), others=st.permutations(APPLIED))
def test_emptying_a_value_or_another_order_hides_no_failed_migration(rows: list[Any], others: list[Any]) -> None:
    assert not migrations_are_fine([*others[:1], *rows, *others[1:]])


@EXAMPLES
@given(letters=spoilt(LETTERS), applied=spoilt(MIGRATIONS), other=spoilt([("id", "topic", "shop")]))
def test_a_spoilt_row_is_a_record_or_an_error(letters: list[Any], applied: list[Any], other: list[Any]) -> None:
    letters_are_fine(letters)
    migrations_are_fine(applied)
    for read in (database_rows.webhook_events, database_rows.count):
        with contextlib.suppress(Blind):
            read(other)


@pytest.mark.parametrize("rows", [[], [()], [(None,)], [("1",)], [(True,)]])
def test_a_count_that_is_none_is_not_zero(rows: list[Any]) -> None:
    with pytest.raises(Unparsable):
        database_rows.count(rows)


@EXAMPLES
@given(recovering=st.sampled_from((True, *ODD_ROWS)), age=st.sampled_from((0.5, -3.0, float("nan"), *ODD_ROWS)))
def test_only_a_server_that_denies_it_is_no_replica(recovering: Any, age: Any) -> None:
    try:
        said = database_replica.described(("5s", "1s", recovering, age))
    except Unparsable:
        said = "unknown"
    assert (said == "") == (recovering is False)


@pytest.mark.parametrize("row", [None, (), (False,), (None, None), ("f", None), (0, None)])
def test_who_does_not_say_that_it_is_the_primary_is_none(row: Any) -> None:
    with pytest.raises(Unparsable):
        database_replica.described(row)


def test_letters_that_were_not_read_are_not_proved_to_be_within_their_retries() -> None:
    read = database_rows.dead_letters(LETTERS).oldest_first[:2]
    with pytest.raises(NotCovered, match="only the oldest 2 of 3 dead letters were read"):
        dead_letters.exhausted(DeadLetters(3, read, BEGUN), 3)


def test_a_table_of_rolled_back_migrations_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="rolled back"):
        migrations.unapplied([Migration("1_init", BEGUN, None, BEGUN)], ())


SESSIONS_SEEN: list[tuple[Any, ...]] = [(9, 97, 0, "reader", 811, "psql", 400.0), (9, 97, 0, "reader", 812, "", 1.0)]
WAITS: list[tuple[Any, ...]] = [(811, "app", "ShareLock", "dead_letters", [7], True, 90.0)]
EXPIRED: list[tuple[Any, ...]] = [(NOW, 56, 2, NOW - timedelta(days=30))]
SHOPS: list[tuple[Any, ...]] = [(5, 1)]
LIMITS = Limits()


def activity_is_fine(rows: Sequence[Any]) -> bool:
    """Whether the check of idle transactions would be green."""
    try:
        seen = database_activity.activity(rows)
        return not activity.idle_too_long(seen, LIMITS.idle_transaction_minutes)
    except Blind:
        return False


def waits_are_fine(rows: Sequence[Any]) -> bool:
    """Whether the check of locks would be green."""
    try:
        return not activity.waiting_too_long(database_activity.lock_waits(rows), LIMITS.lock_wait_minutes)
    except Blind:
        return False


def age_is_fine(rows: Sequence[Any]) -> bool:
    """Whether a check of retention would be green."""
    try:
        return retention.oldest_days(database_rows.table_age(rows)) <= 21
    except Blind:
        return False


def shops_are_fine(rows: Sequence[Any]) -> bool:
    """Whether the check of offline tokens would be green."""
    try:
        return not offline_tokens.without(database_rows.installed_shops(rows))
    except Blind:
        return False


ROWS_AND_CHECKS = [
    (SESSIONS_SEEN, activity_is_fine),
    (WAITS, waits_are_fine),
    (EXPIRED, age_is_fine),
    (SHOPS, shops_are_fine),
]


@pytest.mark.parametrize(("rows", "fine"), ROWS_AND_CHECKS)
def test_bad_rows_are_bad_and_cut_ones_are_never_fine(rows: list[Any], fine: Any) -> None:
    assert not fine(rows)
    assert not fine([row[:-1] for row in rows])
    assert not fine([()])


@pytest.mark.parametrize("fine", [activity_is_fine, age_is_fine, shops_are_fine])
def test_where_a_row_always_comes_none_is_not_fine(fine: Any) -> None:
    assert not fine([])


@EXAMPLES
@given(data=st.data(), place=st.integers(0, 3))
def test_a_spoilt_row_of_the_server_is_a_record_or_an_error(data: st.DataObject, place: int) -> None:
    rows, fine = ROWS_AND_CHECKS[place]
    fine(data.draw(spoilt(rows)))


@EXAMPLES
@given(rows=spoilt(SESSIONS_SEEN[:1], (None, "", False)))
def test_emptying_a_value_hides_no_idle_transaction(rows: list[Any]) -> None:
    assert not activity_is_fine(rows)


@EXAMPLES
@given(rows=spoilt(EXPIRED, (None, "", False)))
def test_emptying_a_value_hides_no_expired_row(rows: list[Any]) -> None:
    assert not age_is_fine(rows)
