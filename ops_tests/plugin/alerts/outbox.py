"""The outbox: a message by one route is a letter; it waits here until it is delivered, however many runs that takes.

A run claims a letter before it sends it, so that two runs at once do not send it twice. A claim ends by itself: the
letter of a run that died between sending and marking is sent again, since once too often is better than never. A
letter that a service refused with a time to come back stays claimed until then, and with it all behind it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ops_tests.plugin.history.store import Store, in_utc, out_of
from ops_tests.plugin.history.upkeep import RETENTION
from ops_tests.records.alerts import Answer, Letter

CLAIM = timedelta(seconds=60)
"""Longer than one delivery may take."""
_COLUMNS = """message_id, target, alert_key, run_id, route, word, level, title, body, since, created_at, attempts,
              last_error, delivered_at"""
_FREE = ""


def post(history: Store, letters: list[Letter]) -> None:
    """Put letters into the outbox, in their order."""
    statement = f"""INSERT INTO ops_outbox ({_COLUMNS}, claimed_until, place)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '', NULL, ?, ?)"""  # noqa: S608  # our own column names
    history.write_each(statement, [_row(letter, place) for place, letter in enumerate(letters)])


def waiting(history: Store, target: str) -> list[Letter]:
    """What is not delivered, oldest first."""
    query = f"SELECT {_COLUMNS} FROM ops_outbox WHERE target = ? AND delivered_at IS NULL ORDER BY created_at, place"  # noqa: S608
    return [_letter(row) for row in history.rows(query, (target,))]


def letters(history: Store, target: str, begin: datetime, until: datetime) -> list[Letter]:
    """What was written between two moments, delivered or not, oldest first."""
    query = f"""SELECT {_COLUMNS} FROM ops_outbox WHERE target = ? AND created_at >= ? AND created_at <= ?
                 ORDER BY created_at, place"""  # noqa: S608  # our own column names
    return [_letter(row) for row in history.rows(query, (target, in_utc(begin), in_utc(until)))]


def undelivered(history: Store, target: str) -> list[Letter]:
    """What waits although it was tried, oldest first."""
    return [letter for letter in waiting(history, target) if letter.attempts]


def claim(history: Store, target: str, route: str, now: datetime) -> Letter | None:
    """Claim the oldest letter of a route; None when nothing waits, another run sends it, or its time has not come."""
    query = f"""SELECT claimed_until, {_COLUMNS} FROM ops_outbox WHERE target = ? AND route = ? AND delivered_at IS NULL
                 ORDER BY created_at, place LIMIT 1 {"" if history.sqlite else "FOR UPDATE"}"""  # noqa: S608
    found = history.rows(query, (target, route))
    if not found or found[0][0] > in_utc(now):
        return None
    letter = _letter(found[0][1:])
    history.write("UPDATE ops_outbox SET claimed_until = ? WHERE message_id = ?", (in_utc(now + CLAIM), letter.id))
    return letter


def delivered(history: Store, letter: Letter, now: datetime) -> None:
    """Mark a letter as delivered."""
    statement = "UPDATE ops_outbox SET delivered_at = ?, attempts = attempts + 1, last_error = '' WHERE message_id = ?"
    history.write(statement, (in_utc(now), letter.id))


def failed(history: Store, letter: Letter, answer: Answer) -> None:
    """Give a letter back that could not be delivered; it stays claimed for as long as the service wants to be left."""
    free_at = in_utc(answer.not_before) if answer.not_before else _FREE
    statement = "UPDATE ops_outbox SET claimed_until = ?, attempts = attempts + 1, last_error = ? WHERE message_id = ?"
    history.write(statement, (free_at, answer.said, letter.id))


def sweep(history: Store, now: datetime) -> None:
    """Delete what was delivered so long ago that its runs are gone too."""
    before = in_utc(now - RETENTION)
    history.write("DELETE FROM ops_outbox WHERE delivered_at < ?", (before,))


def _row(letter: Letter, place: int) -> tuple[object, ...]:
    return (
        letter.id, letter.target, letter.key, letter.run_id, letter.route, letter.word, letter.level, letter.title,
        letter.body, in_utc(letter.since), in_utc(letter.created_at), _FREE, place,
    )  # fmt: skip


def _letter(row: tuple[Any, ...]) -> Letter:
    id_, target, key, run_id, route, word, level, title, body, since, created_at, attempts, last_error, delivered_at = (
        row
    )
    told = out_of(delivered_at) if delivered_at else None
    times = out_of(since), out_of(created_at)
    return Letter(id_, target, key, run_id, route, word, level, title, body, *times, attempts, last_error, told)
