"""Judging what goes on in the database, how old its rows are, and who has installed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotAuthorised, NotCovered
from ops_tests.limits import Limits
from ops_tests.records.database import Activity, IdleTransaction, InstalledShops, LockWait, TableAge
from ops_tests.rules import activity, offline_tokens, retention
from ops_tests.target_parts import RetentionPart

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
LUNCH, BLINK = IdleTransaction(811, "psql", 372), IdleTransaction(812, "", 0.2)
WAIT = LockWait(811, "", "ShareLock", "transactionid", (), 90)
LIMITS = Limits()


def test_the_percentage_is_of_what_is_not_reserved() -> None:
    assert activity.connections_percent(Activity(85, 97, 0, "r", ())) == pytest.approx(87.63, abs=0.01)


def test_only_long_idle_transactions_are_named() -> None:
    seen = Activity(5, 97, 0, "r", (LUNCH, BLINK))
    assert activity.idle_too_long(seen, LIMITS.idle_transaction_minutes) == ["process 811 (psql) for 6.2 min"]
    assert activity.longest_idle_minutes(seen) == pytest.approx(6.2)


def test_what_is_hidden_may_be_idle() -> None:
    with pytest.raises(NotAuthorised, match=r'3 of 5 connections hide .* GRANT pg_monitor TO "ops_reader"'):
        activity.idle_too_long(Activity(5, 97, 3, "ops_reader", (BLINK,)), LIMITS.idle_transaction_minutes)


def test_what_is_seen_is_told_although_others_are_hidden() -> None:
    seen = Activity(5, 97, 3, "r", (LUNCH,))
    assert len(activity.idle_too_long(seen, LIMITS.idle_transaction_minutes)) == 1


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (WAIT, ["process 811 (nameless) waits 90 s for ShareLock on transactionid"]),
        (
            LockWait(811, "writer", "RowExclusiveLock", "dead_letters", (7, 8), 180),
            ["process 811 (writer) waits 3 min for RowExclusiveLock on dead_letters behind 7, 8"],
        ),
        (LockWait(811, "writer", "RowExclusiveLock", "dead_letters", (7,), 59), []),
    ],
)
def test_a_long_wait_is_told_with_who_for_what_and_behind_whom(wait: LockWait, said: list[str]) -> None:
    assert activity.waiting_too_long([wait], LIMITS.lock_wait_minutes) == said


def test_without_waits_the_longest_is_none() -> None:
    assert (activity.longest_wait_minutes([]), activity.longest_wait_minutes([WAIT])) == (0, 1.5)


def test_rows_may_be_older_by_one_clean_up_interval() -> None:
    limit = retention.limit(RetentionPart(days=14, cleanup_interval_days=1))
    assert str(limit) == "15 d (retention.days + retention.cleanup_interval_days)"


def test_the_age_is_the_oldest_row_s() -> None:
    age = TableAge(55, 3, NOW - timedelta(days=23, hours=6), NOW)
    assert retention.oldest_days(age) == 23.25
    assert retention.described(age) == "3 of 55 rows are too old, the oldest of 2026-10-28 23:30Z (23.2 d)"
    assert (retention.oldest_days(TableAge(0, 0, None, NOW)), retention.described(TableAge(0, 0, None, NOW))) == (
        0,
        "no row",
    )


def test_shops_without_an_offline_token_are_counted() -> None:
    assert offline_tokens.without(InstalledShops(5, 2)) == 2


def test_without_any_session_nothing_is_proved() -> None:
    with pytest.raises(NotCovered, match=r'"Session" is empty; expected .* partner dashboard'):
        offline_tokens.without(InstalledShops(0, 0))
