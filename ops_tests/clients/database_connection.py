"""A connection to PostgreSQL that gives up on a server which accepts and then says nothing."""

from __future__ import annotations

import contextlib
import select
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import psycopg2
from psycopg2 import extensions

from ops_tests.clients.database_errors import too_late

if TYPE_CHECKING:
    from ops_tests.clients.database_dsn import Dsn


@contextlib.contextmanager
def opened(dsn: Dsn, seconds: float) -> Iterator[extensions.connection]:
    """A connection that is closed in any case; asynchronous, since only then a silent server can be given up.

    Args:
        dsn: Where.
        seconds: How long connecting may take.

    Raises:
        Unreachable: The server did not let us connect in that time.
        psycopg2.Error: What libpq says; ``database_errors.translated`` makes it one of ours.
    """
    given = {**dsn.parameters, "application_name": "ops-tests", "client_encoding": "UTF8"}
    connection = psycopg2.connect(extensions.make_dsn(**given), async_=True)
    try:
        settled(connection, dsn, seconds, connected=False)
        yield connection
    finally:
        connection.close()


def settled(connection: extensions.connection, dsn: Dsn, seconds: float, *, connected: bool) -> None:
    """Let libpq work until it has the answer.

    Raises:
        Unreachable: It did not come within ``seconds``, while connecting.
        NoAnswerInTime: The same, while a query was answered.
        psycopg2.Error: What the server says.
    """
    ends_at = time.monotonic() + seconds
    while (state := connection.poll()) != extensions.POLL_OK:
        left = ends_at - time.monotonic()
        readers = [connection] if state == extensions.POLL_READ else []
        writers = [] if readers else [connection]
        if left <= 0 or not any(select.select(readers, writers, [], left)):
            raise too_late(dsn, seconds, connected=connected)
