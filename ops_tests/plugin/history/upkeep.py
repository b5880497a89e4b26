"""Taking away what is old, a batch at a time, so that no other run waits long."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ops_tests.plugin.history.store import Store, in_utc

RETENTION_DAYS = 400
"""A year of months to compare, and the quarterly drills of that year."""
BATCH = 500


def overdue(history: Store, before: datetime) -> int:
    """How many runs began before a moment."""
    ((count,),) = history.rows("SELECT count(*) FROM ops_run WHERE started_at < ?", (in_utc(before),))
    return int(count)


def forget(visit: Callable[[Callable[[Store], int]], int], before: datetime) -> int:
    """Delete the runs that began before a moment, with all that belongs to them; returns how many.

    Args:
        visit: Does a piece of work on the history in a transaction of its own.
        before: UTC.
    """
    deleted = 0
    while gone := visit(lambda history: _batch(history, before)):
        deleted += gone
    return deleted


def _batch(history: Store, before: datetime) -> int:
    # A row value, since a run on several targets has a row for each.
    statement = """DELETE FROM ops_run WHERE (run_id, target) IN (
        SELECT run_id, target FROM ops_run WHERE started_at < ? ORDER BY started_at LIMIT ?)"""
    return history.write(statement, (in_utc(before), BATCH))
