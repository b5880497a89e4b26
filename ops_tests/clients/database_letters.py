"""Dead letters one by one: what decides whether one may be replayed, and what became of it; never their payloads."""

from __future__ import annotations

from collections.abc import Sequence

from ops_tests.clients.database_rows import Row, typed, utc, wide
from ops_tests.records.replay import Story, Waiting

INSTALLED = """EXISTS (SELECT 1 FROM "Session" WHERE lower("Session".shop) = lower(dead_letters.shop))"""
CLOCK = "clock_timestamp() AT TIME ZONE 'UTC'"
DECIDING = f'id, topic, "retryCount", "createdAt", {INSTALLED}, {CLOCK}'
"""The columns of `Waiting`, in its order."""
WAITING = f'SELECT {DECIDING} FROM dead_letters WHERE "retriedAt" IS NULL ORDER BY "createdAt", id'  # noqa: S608 - constants
STORY = f"""
    SELECT id, topic, "retryCount", "createdAt", "retriedAt", error, coalesce("lastError", ''), {CLOCK}
      FROM dead_letters WHERE id = %s"""  # noqa: S608 - constants


def waiting(rows: Sequence[Row]) -> tuple[Waiting, ...]:
    """Read rows of `DECIDING`.

    Raises:
        Unparsable: A value of another type.
    """
    return tuple(map(deciding, rows))


def deciding(row: Row) -> Waiting:
    """Read a row of `DECIDING`.

    Raises:
        Unparsable: One is of another type.
    """
    letter_id, topic, retries, created, installed, clock = wide(row, 6)
    return Waiting(
        typed(letter_id, str), typed(topic, str), typed(retries, int), utc(created), typed(installed, bool), utc(clock)
    )


def story(rows: Sequence[Row]) -> Story | None:
    """Read the row of one letter; None without one.

    Raises:
        Unparsable: A value of another type.
    """
    for row in rows:
        letter_id, topic, retries, created, retried, error, last_error, clock = wide(row, 8)
        return Story(
            typed(letter_id, str),
            typed(topic, str),
            typed(retries, int),
            utc(created),
            None if retried is None else utc(retried),
            typed(error, str),
            typed(last_error, str),
            utc(clock),
        )
    return None
