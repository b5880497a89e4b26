"""The table of dead letters, for those who replay them: as the application's own code reads and marks it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.clients.database_letters import CLOCK, DECIDING, deciding
from ops_tests.clients.database_rows import typed, utc, wide
from ops_tests.records.replay import StoredLetter

if TYPE_CHECKING:
    from ops_tests.clients.acting.operator_database import OperatorDatabase, Transaction

BATCH = 5000
"""How many rows one transaction deletes: a second's work, and short locks."""
CLOCK_SLACK = timedelta(seconds=2)
"""How far the application's clock, which dates a row, may lag behind ours."""

_LETTER = f"SELECT {DECIDING}, shop, payload FROM dead_letters WHERE id = %s"  # noqa: S608 - constants
_HELD = f'{_LETTER} AND "retriedAt" IS NULL FOR UPDATE OF dead_letters'
_REPLAYED = f'UPDATE dead_letters SET "retriedAt" = {CLOCK}, "retryCount" = "retryCount" + 1 WHERE id = %s'  # noqa: S608 - constants
_FAILED = 'UPDATE dead_letters SET "retryCount" = "retryCount" + 1, "lastError" = %s WHERE id = %s'
_RECORDED = 'SELECT "processedAt" FROM webhook_events WHERE id = %s'
_SAME = """
    SELECT id FROM dead_letters
     WHERE "retriedAt" IS NULL AND id <> %s AND topic = %s AND shop = %s AND payload = %s AND "createdAt" >= %s
     ORDER BY "createdAt", id"""
_MERGED = f'UPDATE dead_letters SET "retriedAt" = {CLOCK}, "lastError" = %s WHERE id = ANY(%s)'  # noqa: S608 - constants
_DELETED = """
    WITH gone AS (DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {column} < %s LIMIT %s) RETURNING 1)
    SELECT count(*) FROM gone"""
_PLANTED = f"""
    INSERT INTO dead_letters (id, topic, shop, payload, error, "createdAt")
    VALUES (%s, %s, %s, %s, 'planted by a drill', {CLOCK})"""  # noqa: S608 - constants
_OF_SHOP = "WITH gone AS (DELETE FROM dead_letters WHERE shop = %s RETURNING 1) SELECT count(*) FROM gone"
_OLD_LETTERS = _DELETED.format(table="dead_letters", column='"retriedAt"')
_OLD_EVENTS = _DELETED.format(table="webhook_events", column='"processedAt"')


@dataclass(frozen=True)
class HeldLetter:
    """A letter nobody else can replay or mark while it is held.

    Attributes:
        letter: The letter as it stands now.
    """

    letter: StoredLetter
    _transaction: Transaction

    def replayed(self) -> None:
        """Mark it replayed."""
        self._transaction.rows(_REPLAYED, (self.letter.id,))

    def failed(self, reason: str) -> None:
        """Mark that a replay failed; it goes on waiting."""
        self._transaction.rows(_FAILED, (reason, self.letter.id))

    def recorded_at(self, webhook_id: str) -> datetime | None:
        """When the application recorded a delivery of this id, UTC; None while it did not."""
        found = self._transaction.rows(_RECORDED, (webhook_id,))
        return utc(found[0][0]) if found else None

    def merge_repetitions(self, since: datetime) -> list[str]:
        """Mark the letters done that the application made of this one's replay; this one has their payload and waits.

        Else each replay that fails would leave one letter more than there was.

        Args:
            since: When it was sent, UTC.

        Returns:
            Their ids.
        """
        one, oldest = self.letter, (since - CLOCK_SLACK).replace(tzinfo=None)
        found = self._transaction.rows(_SAME, (one.id, one.topic, one.shop, one.payload, oldest))
        ids = [typed(letter_id, str) for (letter_id,) in found]
        if ids:
            self._transaction.rows(_MERGED, (f"the same delivery as {one.id}, which waits", ids))
        return ids


class DeadLetterTable:
    """Reads dead letters with their payloads, marks them, and deletes what is past its retention.

    Args:
        database: The database, for a role with the rights of ``operator_role.sql``.
    """

    def __init__(self, database: OperatorDatabase) -> None:
        self._database = database

    def letter(self, letter_id: str) -> StoredLetter | None:
        """Read a letter with its payload, replayed or not; None when there is none with this id.

        Raises:
            Blind: As ``OperatorDatabase.transaction``.
        """
        with self._database.transaction() as transaction:
            rows = transaction.rows(_LETTER, (letter_id,))
        return _stored(rows[0]) if rows else None

    @contextmanager
    def held(self, letter_id: str) -> Iterator[HeldLetter | None]:
        """Hold a letter that waits; None when it is gone or was replayed meanwhile. What was marked stands at the end.

        Raises:
            RowLocked: Somebody else holds it.
            Blind: As ``OperatorDatabase.transaction``.
        """
        with self._database.transaction() as transaction:
            rows = transaction.rows(_HELD, (letter_id,))
            yield HeldLetter(_stored(rows[0]), transaction) if rows else None

    def plant(self, letter_id: str, topic: str, shop: str, payload: str) -> None:
        """Put a letter of a synthetic shop there, as if the application had.

        Raises:
            Blind: As ``OperatorDatabase.transaction``.
        """
        with self._database.transaction() as transaction:
            transaction.rows(_PLANTED, (letter_id, topic, shop, payload))

    def delete_of_shop(self, shop: str) -> int:
        """Delete every letter of one synthetic shop, and return how many there were.

        Raises:
            Blind: As ``OperatorDatabase.transaction``.
        """
        with self._database.transaction() as transaction:
            ((gone,),) = transaction.rows(_OF_SHOP, (shop,))
        return int(typed(gone, int))

    def delete_replayed(self, before: datetime) -> Iterator[int]:
        """Delete letters replayed before a moment, UTC, batch by batch; yields how many each batch was."""
        return self._delete(_OLD_LETTERS, before)

    def delete_events(self, before: datetime) -> Iterator[int]:
        """Delete deliveries recorded before a moment, UTC, batch by batch; yields how many each batch was."""
        return self._delete(_OLD_EVENTS, before)

    def _delete(self, statement: str, before: datetime) -> Iterator[int]:
        while True:
            with self._database.transaction() as transaction:
                ((gone,),) = transaction.rows(statement, (before.replace(tzinfo=None), BATCH))
            if gone:
                yield typed(gone, int)
            if gone < BATCH:
                return


def _stored(row: tuple[object, ...]) -> StoredLetter:
    *decides, shop, payload = wide(row, 8)
    return StoredLetter(**vars(deciding(decides)), shop=typed(shop, str), payload=typed(payload, str))
