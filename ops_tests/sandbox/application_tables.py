"""The application's own access to its tables, with the owner's role."""

from __future__ import annotations

import secrets
import threading
import uuid
from datetime import UTC, datetime

import psycopg2
from psycopg2.errors import UniqueViolation


class ApplicationTables:
    """One connection, used by one thread at a time, each statement its own transaction."""

    def __init__(self, dsn: str) -> None:
        self._connection = psycopg2.connect(dsn)
        self._connection.autocommit = True
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def record(self, webhook_id: str, topic: str, shop: str) -> bool:
        """Write the delivery down; False when its id is already there."""
        now = _now()
        try:
            self._run("INSERT INTO webhook_events VALUES (%s, %s, %s, %s, %s)", webhook_id, topic, shop, now, now)
        except UniqueViolation:
            return False
        return True

    def record_again(self, topic: str, shop: str) -> None:
        """Write a delivery down under an id of its own."""
        self.record(str(uuid.uuid4()), topic, shop)

    def put_aside(self, topic: str, shop: str, payload: str, error: str) -> None:
        """Write a dead letter under an id like Prisma's cuid."""
        self._run(
            'INSERT INTO dead_letters (id, topic, shop, payload, error, "createdAt") VALUES (%s, %s, %s, %s, %s, %s)',
            f"cm{secrets.token_hex(12)[:23]}",
            topic,
            shop,
            payload,
            error,
            _now(),
        )

    def has_session(self, shop: str) -> bool:
        """Whether the shop has installed the application."""
        return self._run('SELECT 1 FROM "Session" WHERE shop = %s LIMIT 1', shop) > 0

    def set_scope(self, shop: str, scope: str) -> None:
        """Write what the shop grants."""
        self._run('UPDATE "Session" SET scope = %s WHERE shop = %s', scope, shop)

    def forget(self, shop: str) -> None:
        """Delete the shop's sessions."""
        self._run('DELETE FROM "Session" WHERE shop = %s', shop)

    def _run(self, statement: str, *values: object) -> int:
        """Run one statement and return how many rows it met."""
        with self._lock, self._connection.cursor() as cursor:
            cursor.execute(statement, values)
            return int(cursor.rowcount)


def _now() -> datetime:
    """UTC without a zone, as Prisma writes it."""
    return datetime.now(UTC).replace(tzinfo=None)
