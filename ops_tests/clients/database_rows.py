"""Rows of the application's tables, turned into records; a row of another shape is an error, never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ops_tests.errors import Unparsable
from ops_tests.records.database import DeadLetter, DeadLetters, Migration, WebhookEvent

Row = Sequence[Any]
LETTERS_AT_MOST = 1000
"""How many dead letters are read, the oldest first; all are counted."""


def dead_letters(rows: Sequence[Row]) -> DeadLetters:
    """Read rows of the clock, the total, id, topic, retry count and time; without letters one row with the clock only.

    Raises:
        Unparsable: No row, a value of another type, or fewer letters than their total and the query's limit say.
    """
    clock, total = _first(rows, 2)
    count = 0 if total is None else _typed(total, int)
    if not count and any(value is not None for row in rows for value in _wide(row, 6)[1:]):
        raise _odd("dead letters without their number")
    letters = tuple(sorted(map(_dead_letter, rows if count else ()), key=lambda one: (one.created_at, one.id)))
    if len(letters) != min(count, LETTERS_AT_MOST):
        raise _odd(f"{len(letters)} dead letters of {count}")
    return DeadLetters(count, letters, _utc(clock))


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
    return int(_typed(_first(rows, 1)[0], int))


def webhook_events(rows: Sequence[Row]) -> tuple[WebhookEvent, ...]:
    """Read rows of id, topic and shop.

    Raises:
        Unparsable: A value of another type.
    """
    return tuple(WebhookEvent(*(_typed(value, str) for value in _wide(row, 3))) for row in rows)


def _dead_letter(row: Row) -> DeadLetter:
    _clock, _total, letter_id, topic, retries, created = _wide(row, 6)
    return DeadLetter(_typed(letter_id, str), _typed(topic, str), _typed(retries, int), _utc(created))


def _migration(row: Row) -> Migration:
    name, started, finished, rolled_back, failed = _wide(row, 5)
    return Migration(
        _typed(name, str),
        _utc(started),
        None if finished is None else _utc(finished),
        None if rolled_back is None else _utc(rolled_back),
        _typed(failed, bool),
    )


def _first(rows: Sequence[Row], columns: int) -> Row:
    if not rows or len(rows[0]) < columns:
        raise _odd("no row")
    return rows[0][:columns]


def _wide(row: Row, columns: int) -> Row:
    if len(row) != columns:
        raise _odd(f"a row of {len(row)} columns, expected {columns}")
    return row


def _typed(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise _odd(f"a value of the type {type(value).__name__}, expected {kind.__name__}")
    return value


def _utc(value: Any) -> datetime:
    """Prisma's columns hold UTC without saying so."""
    if not isinstance(value, datetime):
        raise _odd(f"a value of the type {type(value).__name__}, expected a time")
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        raise _odd("a time beyond the calendar") from None


def _odd(seen: str) -> Unparsable:
    return Unparsable(f"the database answered {seen}; expected the tables of Prisma's schema. Look with: \\d in psql")
