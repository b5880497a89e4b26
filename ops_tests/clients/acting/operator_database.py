"""PostgreSQL for those who may write: one transaction at a time, bounded by the server and by us.

No setting outlives its transaction: behind a pooler a session setting would stay on a connection that the application
gets next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg2

from ops_tests.clients import database_connection, database_replica
from ops_tests.clients.database import CONNECT_SECONDS, LOCK_SECONDS, SILENCE_SECONDS, STATEMENT_SECONDS, Way
from ops_tests.clients.database_dsn import Dsn, read_dsn
from ops_tests.clients.database_errors import translated
from ops_tests.errors import Blind, NoAnswerInTime, NotAuthorised, Unparsable, Unreachable

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.target import Secret

IDLE_SECONDS = 240.0
"""How long a transaction may wait for us: longer than a letter's effect is awaited, shorter than the 5 min from which
an idle transaction is a finding. If this machine dies in the middle, the server then frees what was locked."""
ROLE = "ops_tests/sandbox/operator_role.sql"


class RowLocked(NoAnswerInTime):
    """Somebody else has the row, and kept it for longer than ``LOCK_SECONDS``."""


@dataclass(frozen=True)
class Transaction:
    """An open transaction; what it changed stands once its ``with`` has ended without an error."""

    _connection: Any
    _cursor: Any
    _dsn: Dsn

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run one statement and read what it returns.

        Raises:
            RowLocked: Somebody else has a row it needs.
            Blind: As ``Database.rows``.
        """
        try:
            self._cursor.execute(statement, tuple(parameters) or None)
            database_connection.settled(self._connection, self._dsn, SILENCE_SECONDS, connected=True)
            return self._cursor.fetchall() if self._cursor.description else []
        except psycopg2.Error as error:
            raise _told(error, self._dsn) from None
        except (ValueError, OverflowError) as error:  # a time after the year 9999
            raise Unparsable(f"{self._dsn.server} answered a value Python cannot hold ({error})") from None


class OperatorDatabase:
    """A database that may be written to.

    Args:
        permit: The permission to act on its target.
        dsn: The connection string of the operator's role.
        way: As for ``Database``.
    """

    def __init__(self, permit: Permit, dsn: Secret, way: Way | None = None) -> None:
        self._permit = permit
        self._secret = dsn
        self._way = way

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """A transaction on a connection of its own; an error within undoes it.

        Raises:
            NotCovered: The server is a replica, which takes no change.
            Blind: It cannot be reached, or refused; as ``Database.rows``.
        """
        dsn = read_dsn(self._secret)
        dsn = dsn.by_way_of(*self._way.address()) if self._way else dsn
        with ExitStack() as open_ones:
            transaction = self._opened(dsn, open_ones)
            self._begin(transaction, dsn)
            yield transaction
            transaction.rows("COMMIT")

    def _opened(self, dsn: Dsn, open_ones: ExitStack) -> Transaction:
        try:
            connection = open_ones.enter_context(database_connection.opened(dsn, CONNECT_SECONDS))
        except psycopg2.Error as error:
            raise self._blamed(_told(error, dsn)) from None
        except Unreachable as error:
            raise self._blamed(error) from None
        return Transaction(connection, open_ones.enter_context(connection.cursor()), dsn)

    def _begin(self, transaction: Transaction, dsn: Dsn) -> None:
        transaction.rows("BEGIN ISOLATION LEVEL READ COMMITTED")  # what the application writes meanwhile is looked for
        limits = {
            "statement_timeout": STATEMENT_SECONDS,
            "lock_timeout": LOCK_SECONDS,
            "idle_in_transaction_session_timeout": IDLE_SECONDS,
        }
        settings = ", ".join(f"set_config('{name}', '{seconds:g}s', true)" for name, seconds in limits.items())
        replica = database_replica.described(transaction.rows(f"SELECT {settings}, {database_replica.STANDING}")[0])
        if replica:
            raise database_replica.refusal(dsn, replica, self._secret.variable)
        if dsn.schema:
            transaction.rows("SET LOCAL search_path TO " + '"' + dsn.schema.replace('"', '""') + '"')

    def _blamed(self, error: Blind) -> Blind:
        return self._way.blamed(error) if self._way else error


def _told(error: psycopg2.Error, dsn: Dsn) -> Blind:
    """The server's error as one of ours; what is missing to this role is not what an observing one lacks."""
    if error.pgcode == "55P03":
        return RowLocked(f"{dsn.server}: somebody else has the row; expected to have it within {LOCK_SECONDS:g} s")
    if error.pgcode == "42501":
        line = str(error).strip().splitlines()[0]
        return NotAuthorised(f'{dsn.server}: {line} (role "{dsn.role}"); expected what {ROLE} grants. Run it as owner')
    return translated(error, dsn)
