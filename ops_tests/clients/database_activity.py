"""What goes on in the server: connections, idle transactions, waits for locks. No text of a query is ever read."""

from __future__ import annotations

from collections.abc import Sequence

from ops_tests.clients.database_rows import Row, odd, typed, wide
from ops_tests.errors import NotCovered
from ops_tests.records.database import Activity, IdleTransaction, LockWait

ROWS_AT_MOST = 100
"""How many idle transactions or waits are read, the longest first."""

# Without pg_monitor the view shows that somebody else is connected, and leaves type and state empty. Only
# connections of clients have both a database and a user.
ACTIVITY = """
    WITH clients AS MATERIALIZED (
        SELECT pid, application_name, backend_type, state, state_change FROM pg_stat_activity
         WHERE datid IS NOT NULL AND usesysid IS NOT NULL
           AND coalesce(backend_type, 'client backend') = 'client backend')
    SELECT totals.*, idle.pid, idle.application_name, idle.seconds
      FROM (SELECT count(*), current_setting('max_connections')::int
                   - current_setting('superuser_reserved_connections')::int
                   - coalesce(current_setting('reserved_connections', true), '0')::int AS usable,
                   count(*) FILTER (WHERE backend_type IS NULL) AS hidden, current_user::text AS role
              FROM clients) AS totals
      LEFT JOIN (SELECT pid, application_name,
                        extract(epoch FROM clock_timestamp() - state_change)::float8 AS seconds
                   FROM clients WHERE starts_with(state, 'idle in transaction')
                  ORDER BY seconds DESC LIMIT %s) AS idle ON true"""

# Before PostgreSQL 14 nothing says since when a lock is waited for; the way through JSON lets the query run there too.
# The time is missing for a moment when a wait has just begun.
LOCK_WAITS = """
    SELECT waiting.pid, coalesce(clients.application_name, ''), waiting.mode,
           coalesce(named.relname::text, waiting.locktype), pg_blocking_pids(waiting.pid),
           to_jsonb(waiting) ? 'waitstart',
           extract(epoch FROM clock_timestamp() - (to_jsonb(waiting) ->> 'waitstart')::timestamptz)::float8 AS seconds
      FROM pg_locks AS waiting
      LEFT JOIN pg_stat_activity AS clients ON clients.pid = waiting.pid
      LEFT JOIN pg_class AS named ON named.oid = waiting.relation AND waiting.database IN (
                0, (SELECT oid FROM pg_database WHERE datname = current_database()))
     WHERE NOT waiting.granted ORDER BY seconds DESC NULLS LAST LIMIT %s"""


def activity(rows: Sequence[Row]) -> Activity:
    """Read rows of connections, usable ones, hidden ones, our role, and an idle transaction's process, name and time.

    Raises:
        Unparsable: No row, a value of another type, or totals that contradict the rows.
    """
    if not rows:
        raise odd("no row")
    connections, usable, hidden = (typed(value, int) for value in wide(rows[0], 7)[:3])
    idle = tuple(IdleTransaction(*_idle(row)) for row in rows if any(value is not None for value in wide(row, 7)[4:]))
    if connections < 1 or usable < 1 or not 0 <= hidden < connections or len(idle) > connections - hidden:
        raise odd(f"{connections} connections of {usable}, {hidden} hidden, {len(idle)} idle")
    if len(idle) < len(rows) and len(rows) > 1:
        raise odd("an idle transaction without its process")
    return Activity(connections, usable, hidden, typed(rows[0][3], str), idle)


def lock_waits(rows: Sequence[Row]) -> tuple[LockWait, ...]:
    """Read rows of process, application, mode, what is wanted, blockers, whether the time is known, and seconds.

    Raises:
        Unparsable: A value of another type.
        NotCovered: The server does not say since when.
    """
    return tuple(_lock_wait(row) for row in rows)


def _idle(row: Row) -> tuple[int, str, float]:
    pid, application, seconds = row[4:]
    return typed(pid, int), typed(application, str), typed(seconds, float)


def _lock_wait(row: Row) -> LockWait:
    pid, application, mode, wanted, blockers, timed, seconds = wide(row, 7)
    if not typed(timed, bool):
        raise NotCovered(
            "a lock is waited for, and this PostgreSQL does not say since when; expected version 14 or newer. Look at "
            "pg_locks and pg_stat_activity yourself"
        )
    return LockWait(
        typed(pid, int),
        typed(application, str),
        typed(mode, str),
        typed(wanted, str),
        tuple(typed(one, int) for one in typed(blockers, list)),
        0.0 if seconds is None else typed(seconds, float),
    )
