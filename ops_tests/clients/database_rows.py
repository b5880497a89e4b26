"""Rows of the application's tables, turned into records; a row of another shape is an error, never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ops_tests.errors import Unparsable
from ops_tests.records.database import (
    DeadLetter,
    DeadLetters,
    DeliveryCounts,
    InstalledShops,
    Migration,
    TableAge,
    WebhookEvent,
)

Row = Sequence[Any]
LETTERS_AT_MOST = 1000
"""How many dead letters are read, the oldest first; all are counted."""


def dead_letters(rows: Sequence[Row]) -> DeadLetters:
    """Read rows of the clock, the total, id, topic, retry count and time; without letters one row with the clock only.

    Raises:
        Unparsable: No row, a value of another type, or fewer letters than their total and the query's limit say.
    """
    clock, total = _first(rows, 2)
    count = 0 if total is None else typed(total, int)
    if not count and any(value is not None for row in rows for value in wide(row, 6)[1:]):
        raise odd("dead letters without their number")
    letters = tuple(sorted(map(_dead_letter, rows if count else ()), key=lambda one: (one.created_at, one.id)))
    if len(letters) != min(count, LETTERS_AT_MOST):
        raise odd(f"{len(letters)} dead letters of {count}")
    return DeadLetters(count, letters, utc(clock))


def migrations(rows: Sequence[Row]) -> tuple[Migration, ...]:
    """Read rows of name, start, end, roll-back and whether there is a log.

    Raises:
        Unparsable: A value of another type.
    """
    return tuple(_migration(row) for row in rows)


def count(rows: Sequence[Row]) -> int:
    """Read the one number a counting query gives.

    Raises:
        Unparsable: There is none.
    """
    return int(typed(_first(rows, 1)[0], int))


def webhook_events(rows: Sequence[Row]) -> tuple[WebhookEvent, ...]:
    """Read rows of id, topic and shop.

    Raises:
        Unparsable: A value of another type.
    """
    return tuple(WebhookEvent(*(typed(value, str) for value in wide(row, 3))) for row in rows)


def table_age(rows: Sequence[Row]) -> TableAge:
    """Read one row of the clock, the number of rows, of expired ones, and the oldest one's time.

    Raises:
        Unparsable: There is none, a value has another type, or the numbers contradict each other.
    """
    clock, total, expired, oldest = _first(rows, 4)
    age = TableAge(typed(total, int), typed(expired, int), None if oldest is None else utc(oldest), utc(clock))
    if not 0 <= age.expired <= age.rows or (age.rows == 0) != (age.oldest is None):
        raise odd(f"{age.expired} expired of {age.rows} rows, the oldest {age.oldest or 'without a time'}")
    return age


def delivery_counts(rows: Sequence[Row], days: float) -> DeliveryCounts:
    """Read one row of the recorded deliveries and the dead letters.

    Raises:
        Unparsable: There is none, or a value has another type.
    """
    recorded, given_up = (typed(value, int) for value in _first(rows, 2))
    return DeliveryCounts(recorded, given_up, days)


def installed_shops(rows: Sequence[Row]) -> InstalledShops:
    """Read one row of the number of shops, and of those with online sessions only.

    Raises:
        Unparsable: There is none, or the numbers contradict each other.
    """
    shops = InstalledShops(*(typed(value, int) for value in _first(rows, 2)))
    if not 0 <= shops.only_online <= shops.count:
        raise odd(f"{shops.only_online} of {shops.count} shops")
    return shops


def _dead_letter(row: Row) -> DeadLetter:
    _clock, _total, letter_id, topic, retries, created = wide(row, 6)
    return DeadLetter(typed(letter_id, str), typed(topic, str), typed(retries, int), utc(created))


def _migration(row: Row) -> Migration:
    name, started, finished, rolled_back, failed = wide(row, 5)
    return Migration(
        typed(name, str),
        utc(started),
        None if finished is None else utc(finished),
        None if rolled_back is None else utc(rolled_back),
        typed(failed, bool),
    )


def _first(rows: Sequence[Row], columns: int) -> Row:
    if not rows or len(rows[0]) < columns:
        raise odd("no row")
    return rows[0][:columns]


def wide(row: Row, columns: int) -> Row:
    """The row, which must have so many columns."""
    if len(row) != columns:
        raise odd(f"a row of {len(row)} columns, expected {columns}")
    return row


def typed(value: Any, kind: type) -> Any:
    """The value, which must be of exactly this type."""
    if type(value) is not kind:
        raise odd(f"a value of the type {type(value).__name__}, expected {kind.__name__}")
    return value


def utc(value: Any) -> datetime:
    """Prisma's columns hold UTC without saying so.

    Raises:
        Unparsable: It is no time, or one beyond the calendar.
    """
    if not isinstance(value, datetime):
        raise odd(f"a value of the type {type(value).__name__}, expected a time")
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        raise odd("a time beyond the calendar") from None


def odd(seen: str) -> Unparsable:
    """The error for an answer of another shape."""
    return Unparsable(f"the database answered {seen}; expected the tables of Prisma's schema. Look with: \\d in psql")
