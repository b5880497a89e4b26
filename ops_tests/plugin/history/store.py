"""Opening the history: one connection, one transaction, the newest schema, SQLite and PostgreSQL alike.

Statements are written with ``?`` where a parameter stands and hold no other question mark and no percent sign.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history.schema import MIGRATIONS

if TYPE_CHECKING:
    from ops_tests.plugin.history.place import Place

CONNECT_SECONDS = 5
STATEMENT_SECONDS = 20
BUSY_SECONDS = 20
"""How long a writer waits for another one; a run is written in milliseconds."""
AT_ONCE = 100
"""Statements in one round trip; SQLite joins at most 500 queries."""
_DAMAGED = {"SQLITE_NOTADB", "SQLITE_CORRUPT"}
_ADVISORY_LOCK = "SELECT pg_advisory_xact_lock(7234017283807667300)"
"""A number of our own, so that two machines that meet an empty database do not both build it."""

Kept = TypeVar("Kept")
Tell = Callable[[str], None]


class Store:
    """An open history inside one transaction; ``sqlite`` tells which of the two it is."""

    def __init__(self, connection: Any, *, sqlite: bool) -> None:
        self._connection = connection
        self.sqlite = sqlite

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Read rows."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(self._spoken(query), tuple(parameters))
            return list(cursor.fetchall())

    def rows_for_each(self, query: str, parameters: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """Read a query's rows for each row of parameters; a hundred take one round trip, which may be a slow one."""
        left, found = list(parameters), list[tuple[Any, ...]]()
        while left:
            some, left = left[:AT_ONCE], left[AT_ONCE:]
            every = " UNION ALL ".join([f"SELECT * FROM ({query}) AS one"] * len(some))  # noqa: S608  # our own query
            found += self.rows(every, list(chain.from_iterable(some)))
        return found

    def execute(self, statement: str) -> None:
        """Execute a statement that has no parameters."""
        self.write(statement, ())

    def write(self, statement: str, row: Sequence[Any]) -> int:
        """Execute a statement and return how many rows it touched."""
        with closing(self._connection.cursor()) as cursor:
            cursor.execute(self._spoken(statement), tuple(row))
            return max(int(cursor.rowcount), 0)

    def write_each(self, statement: str, rows: Iterable[Sequence[Any]]) -> None:
        """Execute a statement once for each row of parameters; a hundred take one round trip."""
        with closing(self._connection.cursor()) as cursor:
            if self.sqlite:
                cursor.executemany(statement, [tuple(row) for row in rows])
                return
            from psycopg2.extras import execute_batch

            execute_batch(cursor, self._spoken(statement), [tuple(row) for row in rows], AT_ONCE)

    def _spoken(self, statement: str) -> str:
        return statement if self.sqlite else statement.replace("?", "%s")


def visit(place: Place, work: Callable[[Store], Kept], tell: Tell | None = None) -> Kept:
    """Do ``work`` on the history, brought up to date, in one transaction, kept when the work ends without an exception.

    Whoever can ``tell`` has a file that is no database, or a damaged one, set aside, and the work done on a new one.

    Args:
        place: Where the history is.
        work: What to do; it may be done twice.
        tell: Told when a damaged file was set aside.

    Raises:
        HistoryUnavailable: It cannot be reached, read or written; the message says why and bears no password.
    """
    if place.url:
        return _in_postgresql(place, work)
    try:
        return _in_sqlite(place.file, work)
    except sqlite3.Error as error:
        if tell is None or getattr(error, "sqlite_errorname", "") not in _DAMAGED:
            raise HistoryUnavailable(f"{place}: {error}") from None
    try:
        aside = _set_aside(place.file)
        tell(f"the history {place} was damaged; it is set aside as {aside.name}, and a new one begins")
        return _in_sqlite(place.file, work)
    except (sqlite3.Error, OSError) as error:
        raise HistoryUnavailable(f"{place} is damaged and cannot be set aside: {error}") from None


def _in_sqlite(file: Path, work: Callable[[Store], Kept]) -> Kept:
    with closing(sqlite3.connect(file, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            store = Store(connection, sqlite=True)
            _bring_up_to_date(store)
            done = work(store)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # a full disk has already rolled it back
                connection.execute("ROLLBACK")
            raise
        return done


def _set_aside(file: Path) -> Path:
    aside = file.with_name(f"{file.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    for ending in ("-wal", "-shm", ""):
        part = file.with_name(file.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    return aside


def _in_postgresql(place: Place, work: Callable[[Store], Kept]) -> Kept:
    import psycopg2

    try:
        connection = psycopg2.connect(
            place.url,
            connect_timeout=CONNECT_SECONDS,
            application_name="ops-tests history",
            options=f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={BUSY_SECONDS}s",
        )
        with closing(connection), connection:
            store = Store(connection, sqlite=False)
            _bring_up_to_date(store)
            return work(store)
    except psycopg2.Error as error:
        said = " ".join(str(error).split())
        raise HistoryUnavailable(f"{place}: {place.without_password(said)}") from None


def _bring_up_to_date(store: Store) -> None:
    """Apply the migrations that this history has not seen.

    Raises:
        HistoryUnavailable: It was written by a newer version.
    """
    if _version(store) == len(MIGRATIONS):
        return
    if not store.sqlite:
        store.rows(_ADVISORY_LOCK)
    applied = _version(store)
    if applied > len(MIGRATIONS):
        raise HistoryUnavailable(
            f"the history has schema {applied} and this version of ops-tests knows {len(MIGRATIONS)}; update ops-tests"
        )
    store.execute("CREATE TABLE IF NOT EXISTS ops_migration (number INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)")
    for number, statements in enumerate(MIGRATIONS[applied:], applied + 1):
        for statement in statements:
            store.execute(statement)
        store.write("INSERT INTO ops_migration VALUES (?, ?)", (number, in_utc(datetime.now(UTC))))


def _version(store: Store) -> int:
    """How many migrations were applied; asked so that no error ends PostgreSQL's transaction."""
    in_sqlite = "SELECT 1 FROM sqlite_master WHERE name = ?"
    in_postgresql = "SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = ?"
    if not store.rows(in_sqlite if store.sqlite else in_postgresql, ("ops_migration",)):
        return 0
    ((applied,),) = store.rows("SELECT count(*) FROM ops_migration")
    return int(applied)


def in_utc(moment: datetime) -> str:
    """A time as the history keeps it."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def out_of(text: str) -> datetime:
    """A time that the history kept."""
    return datetime.fromisoformat(text)
