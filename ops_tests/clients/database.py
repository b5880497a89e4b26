"""PostgreSQL, read only.

Every read is one statement on a connection of its own, inside a ``READ ONLY`` transaction. No setting outlives that
transaction: behind a pooler a session setting would stay on a connection that the application gets next.
What opens the transaction also makes the settings and asks whether the server is a replica: of its rows none are read.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import psycopg2

from ops_tests.clients import database_activity, database_connection, database_letters, database_replica, database_rows
from ops_tests.clients.database_dsn import Dsn, read_dsn
from ops_tests.clients.database_errors import ConnectionLost, ServerRefused, translated
from ops_tests.clients.database_rows import LETTERS_AT_MOST
from ops_tests.clients.names import LOOKUP_SECONDS
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.errors import Blind, NoAnswerInTime, Unparsable, Unreachable
from ops_tests.records.database import (
    Activity,
    DatabaseAttempt,
    DeadLetters,
    DeliveryCounts,
    InstalledShops,
    LockWait,
    Migration,
    TableAge,
    WebhookEvent,
)

if TYPE_CHECKING:
    from psycopg2 import extensions

    from ops_tests.records.replay import Story, Waiting
    from ops_tests.target import Secret

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 5.0
LOCK_SECONDS = 1.0
SILENCE_SECONDS = 7.0
"""How long a query may stay unanswered; more than ``STATEMENT_SECONDS``, so that a live server speaks first."""
QUERIES = 2
"""What one read sends, each a round trip: the opening of its transaction, and the statement."""

_DEAD_LETTERS = """
    SELECT clock.utc, letters.total, letters.id, letters.topic, letters."retryCount", letters."createdAt"
      FROM (SELECT now() AT TIME ZONE 'UTC' AS utc) AS clock
      LEFT JOIN (SELECT count(*) OVER () AS total, id, topic, "retryCount", "createdAt"
                   FROM dead_letters WHERE "retriedAt" IS NULL ORDER BY "createdAt", id LIMIT %s) AS letters ON true
     ORDER BY letters."createdAt", letters.id"""
_MIGRATIONS = """
    SELECT migration_name, started_at, finished_at, rolled_back_at, coalesce(logs, '') <> ''
      FROM _prisma_migrations ORDER BY started_at, migration_name"""
_SESSIONS = """SELECT count(*) FROM "Session" WHERE starts_with(lower(shop), lower(%s))"""
# Neither time has an index: one pass over a table that the clean-up passes over too, and nothing is sorted.
_AGE = """
    SELECT clock.utc, count(dated.at), count(dated.at) FILTER (WHERE dated.at < clock.utc - %s * interval '1 day'),
           min(dated.at)
      FROM (SELECT now() AT TIME ZONE 'UTC' AS utc) AS clock LEFT JOIN ({rows}) AS dated ON true
     GROUP BY clock.utc"""
_EVENT_AGE = _AGE.format(rows='SELECT "processedAt" AS at FROM webhook_events')
_LETTER_AGE = _AGE.format(rows='SELECT "retriedAt" AS at FROM dead_letters WHERE "retriedAt" IS NOT NULL')
_DELIVERIES = """
    WITH young AS (SELECT now() AT TIME ZONE 'UTC' - %s * interval '1 day' AS since, lower(%s) AS prefix)
    SELECT (SELECT count(*) FROM webhook_events, young
             WHERE "processedAt" >= since AND NOT starts_with(lower(shop), prefix)),
           (SELECT count(*) FROM dead_letters, young
             WHERE "createdAt" >= since AND NOT starts_with(lower(shop), prefix))"""
_SHOPS = """
    SELECT count(*), count(*) FILTER (WHERE only_online)
      FROM (SELECT bool_and("isOnline") AS only_online FROM "Session" GROUP BY shop) AS shops"""
_EVENTS = "SELECT id, topic, shop FROM webhook_events WHERE id = ANY(%s::text[]) OR shop = ANY(%s::text[]) ORDER BY id"


@dataclass(frozen=True)
class _Reading:
    """What one statement brought: its rows, the server's version, and which replica answered ("" for the primary)."""

    rows: list[tuple[Any, ...]]
    server_version: str
    replica: str


def worst_seconds() -> float:
    """The longest a read takes: everything is waited for, and once more, since a broken connection is tried again."""
    return 2 * (LOOKUP_SECONDS + CONNECT_SECONDS + QUERIES * SILENCE_SECONDS)


class Way(Protocol):
    """A way to a database that cannot be reached directly."""

    def address(self) -> tuple[str, int]:
        """Host and port to connect to.

        Raises:
            Blind: The way is not open.
        """

    def blamed(self, error: Blind) -> Blind:
        """What to say when no answer came along this way."""


class Database:
    """Reads one database.

    Args:
        dsn: The connection string of a role that may read; Prisma's own parameters in it are understood.
        remark: Told when a read was repeated because its connection broke.
        way: The way to it, whose address takes the place of the string's; None to go there directly. Along a way, no
            answer is blind and never a finding: the way may be what is broken.
    """

    def __init__(self, dsn: Secret, remark: Remark = unheard, way: Way | None = None) -> None:
        self._secret = dsn
        self._remark = remark
        self._way = way

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read rows with one SELECT.

        Args:
            query: A single statement with ``%s`` where a parameter stands. It holds no semicolon: of two statements the
                first could end the read-only transaction.
            parameters: The values, in order; without any, ``%`` stands for itself.

        Raises:
            Blind: More than one statement, a write, or another error of the query.
            NotAuthorised: The login or a permission is missing; the message has the GRANT to type.
            NotFound: No such database, table or column.
            NoAnswerInTime: The statement took over 5 s, waited over 1 s for a lock, or the server went silent.
            NotCovered: The server is a replica: its rows may be behind.
            Unreachable: No connection.
        """
        return self._read(query, parameters).rows

    def answer(self) -> DatabaseAttempt:
        """Connect and ``SELECT 1``; a server that cannot be reached, or is a replica, is part of the record, no error.

        Raises:
            NotAuthorised: The login was refused.
            NotFound: The server has no such database.
            Blind: The connection string cannot be read.
        """
        server, started = self._dsn().server, time.perf_counter()
        try:
            reading = self._read("SELECT 1", (), of_a_replica_too=True)
        except (Unreachable, NoAnswerInTime) as error:
            if self._way is not None and not isinstance(error, ServerRefused):
                raise
            return DatabaseAttempt(server, None, unreachable=str(error))
        seconds = time.perf_counter() - started
        return DatabaseAttempt(server, seconds, server_version=reading.server_version, replica=reading.replica)

    def dead_letters(self) -> DeadLetters:
        """Read the dead letters nobody has replayed, with the database's own clock; never their payloads.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.dead_letters(self.rows(_DEAD_LETTERS, (LETTERS_AT_MOST,)))

    def waiting_letters(self) -> tuple[Waiting, ...]:
        """Read of each dead letter that waits what decides whether it may be replayed, oldest first; never its payload.

        Raises:
            Blind: As ``rows``.
        """
        return database_letters.waiting(self.rows(database_letters.WAITING))

    def letter_story(self, letter_id: str) -> Story | None:
        """Read what became of one dead letter, replayed or not; None when there is none with this id.

        Raises:
            Blind: As ``rows``.
        """
        return database_letters.story(self.rows(database_letters.STORY, (letter_id,)))

    def migrations(self) -> tuple[Migration, ...]:
        """Read Prisma's migrations, in the order they were started.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.migrations(self.rows(_MIGRATIONS))

    def sessions_with_prefix(self, prefix: str) -> int:
        """Count the sessions of shops whose name begins with ``prefix``, whatever the case.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.count(self.rows(_SESSIONS, (prefix,)))

    def webhook_events(self, ids: Sequence[str], shops: Sequence[str]) -> tuple[WebhookEvent, ...]:
        """Read the recorded deliveries that have one of these ids or one of these shops.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.webhook_events(self.rows(_EVENTS, (list(ids), list(shops))))

    def webhook_events_age(self, days: float) -> TableAge:
        """Read how old the recorded deliveries are, and how many are older than ``days``.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.table_age(self.rows(_EVENT_AGE, (days,)))

    def processed_letters_age(self, days: float) -> TableAge:
        """Read how long ago the dead letters were replayed that are still there, and how many over ``days`` ago.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.table_age(self.rows(_LETTER_AGE, (days,)))

    def delivery_counts(self, days: float, synthetic_prefix: str) -> DeliveryCounts:
        """Count the deliveries of the last ``days`` and the dead letters among them, shops with the prefix left out.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.delivery_counts(self.rows(_DELIVERIES, (days, synthetic_prefix)), days)

    def installed_shops(self) -> InstalledShops:
        """Count the shops with a session, and those with online sessions only; no shop's name is read.

        Raises:
            Blind: As ``rows``.
        """
        return database_rows.installed_shops(self.rows(_SHOPS))

    def activity(self) -> Activity:
        """Read who is connected to the server; of other roles' transactions only what ``pg_monitor`` lets us see.

        Raises:
            Blind: As ``rows``.
        """
        return database_activity.activity(self.rows(database_activity.ACTIVITY, (database_activity.ROWS_AT_MOST,)))

    def lock_waits(self) -> tuple[LockWait, ...]:
        """Read who waits for a lock in any database of the server, the longest first; at most 100.

        Raises:
            NotCovered: Somebody waits, and the server is older than PostgreSQL 14, which first says since when.
            Blind: As ``rows``.
        """
        rows = self.rows(database_activity.LOCK_WAITS, (database_activity.ROWS_AT_MOST,))
        return database_activity.lock_waits(rows)

    def _dsn(self) -> Dsn:
        dsn = read_dsn(self._secret)
        return dsn.by_way_of(*self._way.address()) if self._way else dsn

    def _read(self, query: str, parameters: Sequence[Any], *, of_a_replica_too: bool = False) -> _Reading:
        primary_in = "" if of_a_replica_too else self._secret.variable
        try:
            return self._repeated(_single(query), self._dsn(), parameters, primary_in)
        except ServerRefused:
            raise
        except (Unreachable, NoAnswerInTime) as error:
            if self._way is None:
                raise
            raise self._way.blamed(error) from None

    def _repeated(self, statement: str, dsn: Dsn, parameters: Sequence[Any], primary_in: str) -> _Reading:
        try:
            return _read_once(dsn, statement, parameters, primary_in)
        except ConnectionLost:
            self._remark(f"{dsn.server} closed the connection; read again at once")
        return _read_once(dsn, statement, parameters, primary_in)


def _read_once(dsn: Dsn, statement: str, parameters: Sequence[Any], primary_in: str) -> _Reading:
    """One statement on a connection of its own.

    Args:
        dsn: Where.
        statement: The statement.
        parameters: Its values.
        primary_in: The variable that must lead to a primary, or "" where a replica's answer counts too.
    """
    try:
        with database_connection.opened(dsn, CONNECT_SECONDS) as connection, connection.cursor() as cursor:
            replica = _opened(connection, cursor, dsn)
            if replica and primary_in:
                raise database_replica.refusal(dsn, replica, primary_in)
            cursor.execute(statement, tuple(parameters) or None)
            database_connection.settled(connection, dsn, SILENCE_SECONDS, connected=True)
            rows = cursor.fetchall() if cursor.description else []
            return _Reading(rows, connection.get_parameter_status("server_version") or "", replica)
    except psycopg2.Error as error:
        raise translated(error, dsn) from None
    except (ValueError, OverflowError) as error:  # a time after the year 9999, which PostgreSQL keeps and Python cannot
        raise Unparsable(f"{dsn.server} answered a value Python cannot hold ({error}); expected one it can") from None


def _opened(connection: extensions.connection, cursor: Any, dsn: Dsn) -> str:
    """Begin the transaction with its settings; which replica this is, or ""."""
    cursor.execute(_opening(dsn))
    database_connection.settled(connection, dsn, SILENCE_SECONDS, connected=True)
    return database_replica.described(cursor.fetchone())


def _opening(dsn: Dsn) -> str:
    """The statements that come before ours, sent together: each of its own would be as far away as the server."""
    schema = dsn.schema.replace('"', '""')
    return "; ".join(
        [
            "BEGIN READ ONLY",
            *([f'SET LOCAL search_path TO "{schema}"'] if schema else []),
            (
                f"SELECT set_config('statement_timeout', '{STATEMENT_SECONDS:g}s', true), "
                f"set_config('lock_timeout', '{LOCK_SECONDS:g}s', true), {database_replica.STANDING}"
            ),
        ]
    )


def _single(query: str) -> str:
    statement = query.strip().removesuffix(";")
    if ";" in statement:
        raise Blind("a query holds a semicolon; expected one statement, its literals as parameters. Correct the check")
    return statement
