"""What others do in the database server: they hold locks, wait for them, leave transactions open, hoard connections.

Each is a connection of its own that lasts until the server stops and cuts it off.
"""

from __future__ import annotations

import contextlib
import threading
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg2

from ops_tests.errors import SandboxFailed

if TYPE_CHECKING:
    from ops_tests.sandbox.postgres import Postgres
    from ops_tests.sandbox.scenario import Database

NAME = "timedify"
LONG_SECONDS = 3.5
"""How old an idle transaction or a wait is when the sandbox is ready: more than the limits in its target file."""
READY_SECONDS = 30.0
WORKS = "SELECT pg_sleep(86400)"
"""Keeps a transaction busy: one that holds a lock is not to count as idle."""
IDLE = "SELECT min(now() - state_change) FROM pg_stat_activity WHERE state = 'idle in transaction'"
WAITING = "SELECT min(now() - waitstart) FROM pg_locks WHERE NOT granted"
WORKING = "SELECT interval '1 h' FROM pg_stat_activity WHERE wait_event = 'PgSleep' HAVING count(*) >= %s"


def begin(postgres: Postgres, plan: Database) -> list[Any]:
    """Let others do what the plan says, and wait until they have done it for long enough.

    Returns:
        Their connections; one that nobody refers to closes itself.

    Raises:
        SandboxFailed: They did not come to it within 30 s.
    """
    held = [_does(postgres, f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", WORKS) for table in plan.locked]
    if plan.lock_wait:
        # Readers pass this lock, so that nobody but a writer waits for it.
        held.append(_does(postgres, "LOCK TABLE dead_letters IN EXCLUSIVE MODE", WORKS))
    if held:
        _await(postgres, WORKING, 0, len(held))
    if plan.lock_wait:
        held.append(_does(postgres, 'UPDATE dead_letters SET "retryCount" = "retryCount"'))
        _await(postgres, WAITING, LONG_SECONDS)
    if plan.idle_transaction:
        held.append(_does(postgres, "SELECT 1"))
        _await(postgres, IDLE, LONG_SECONDS)
    return held + [_connected(postgres) for _ in range(plan.connections)]


def _connected(postgres: Postgres) -> Any:
    return psycopg2.connect(postgres.dsn(database=NAME), application_name="timedify-worker")


def _does(postgres: Postgres, *statements: str) -> Any:
    """Run statements in one transaction that nobody ends, and return its connection."""
    connection = _connected(postgres)

    def run() -> None:
        with contextlib.suppress(psycopg2.Error), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    threading.Thread(target=run, daemon=True).start()
    return connection


def _await(postgres: Postgres, query: str, seconds: float, *values: int) -> None:
    """Wait until what the query tells the age of is old enough."""
    ends_at = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends_at:
        with closing(psycopg2.connect(postgres.dsn(database=NAME))) as connection, connection.cursor() as cursor:
            cursor.execute(query, values)
            row = cursor.fetchone()
        if row and row[0] is not None and row[0].total_seconds() >= seconds:
            return
        time.sleep(0.05)
    raise SandboxFailed(f"sandbox: nobody in the database did within {READY_SECONDS:.0f} s what the fault wants")
