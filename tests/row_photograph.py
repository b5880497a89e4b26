"""What stands in a database and what was ever written there, so that two moments can be compared.

Contents alone do not tell: a row that was added and taken away again, or written anew as it was, shows in PostgreSQL's
counters only. The counters do not tell either what was written. Together they do.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

EVENTS = "public.webhook_events"
IDLE_SECONDS = 10.5
"""PostgreSQL keeps the counts of a connection back for at most 10 s after its last statement (PGSTAT_IDLE_INTERVAL)."""
_TABLES = """
    SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace AS place ON place.oid = relnamespace
     WHERE relkind IN ('r', 'p', 'm', 'S') AND nspname NOT IN ('pg_catalog', 'information_schema')"""
_COUNTERS = """
    SELECT format('%I.%I', schemaname, relname), n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"""
_UNSETTLED = """
    SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
       AND (application_name = 'ops-tests'
            OR (query <> '' AND clock_timestamp() - state_change < %s * interval '1 second'))"""
Written = tuple[int, int, int]
"""Rows inserted, updated and deleted since the database was made; what was rolled back counts too."""


@dataclass(frozen=True)
class Photograph:
    """Every table of every schema but the system's at one moment.

    Attributes:
        rows: By table, how often each row's digest occurs: a checksum that does not depend on the order.
        written: By table, what was ever written.
        events: Id and shop of each row of ``webhook_events``.
    """

    rows: dict[str, Counter[str]]
    written: dict[str, Written]
    events: frozenset[tuple[str, str]]


def taken(cursor: Any) -> Photograph:
    """Photograph the database through a superuser's cursor in autocommit, once nobody holds counts back."""
    _settle(cursor)
    tables = [table for (table,) in _fetched(cursor, _TABLES)]
    rows = {table: Counter(digest for (digest,) in _fetched(cursor, _digests(table))) for table in tables}
    written: dict[str, Written] = {table: tuple(counts) for table, *counts in _fetched(cursor, _COUNTERS)}
    events = frozenset(_fetched(cursor, f"SELECT id, shop FROM {EVENTS}"))
    return Photograph(rows, written, events)


def _digests(table: str) -> str:
    return f"SELECT md5(one::text) FROM {table} AS one"


def _fetched(cursor: Any, query: str, *values: object) -> list[Any]:
    cursor.execute(query, values or None)
    return list(cursor.fetchall())


def _settle(cursor: Any) -> None:
    """Wait until the suite's connections have ended and all others have been idle for so long that they count."""
    deadline = time.monotonic() + 60
    while _fetched(cursor, _UNSETTLED, IDLE_SECONDS) != [(0,)]:
        assert time.monotonic() < deadline, "somebody does not stop working in the database"
        time.sleep(0.1)
    cursor.execute("SELECT pg_stat_force_next_flush()")
    cursor.execute("SELECT 1")


def unexplained(before: Photograph, after: Photograph, announced: Sequence[tuple[str, str]]) -> list[str]:
    """What differs between two photographs beside one new row of ``webhook_events`` for each announced id.

    Args:
        before: The earlier one.
        after: The later one.
        announced: Id and shop of each delivery that may be recorded; a repeat stands there twice. Its insertion is
            refused by the key, after PostgreSQL has counted it.
    """
    return [*_of_contents(before, after, announced), *_of_counters(before, after, len(announced))]


def _of_contents(before: Photograph, after: Photograph, announced: Sequence[tuple[str, str]]) -> Iterator[str]:
    for table in sorted(before.rows.keys() ^ after.rows.keys()):
        yield f"{table} {'was made' if table in after.rows else 'is gone'}"
    for table in sorted(before.rows.keys() & after.rows.keys()):
        gone, new = before.rows[table] - after.rows[table], after.rows[table] - before.rows[table]
        if gone:
            yield f"{table}: {gone.total()} rows are gone or changed"
        if new.total() != (len(set(announced)) if table == EVENTS else 0):
            yield f"{table}: {new.total()} rows are new or changed"
    if after.events - before.events != set(announced):
        yield f"{EVENTS}: the new rows are not those of the announced deliveries"


def _of_counters(before: Photograph, after: Photograph, announced: int) -> Iterator[str]:
    for table in sorted(before.written.keys() | after.written.keys()):
        old, new = before.written.get(table, (0, 0, 0)), after.written.get(table, (0, 0, 0))
        counted = tuple(later - earlier for earlier, later in zip(old, new, strict=True))
        if counted != (announced if table == EVENTS else 0, 0, 0):
            yield f"{table}: %d insertions, %d updates, %d deletions" % counted
