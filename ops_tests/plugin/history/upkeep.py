"""Taking away what is old, a batch with each run, so that nobody needs a schedule for it and nobody waits long."""

from __future__ import annotations

from datetime import datetime, timedelta

from ops_tests.plugin.history.store import Store, in_utc

RETENTION = timedelta(days=400)
"""A year of months to compare, and the quarterly drills of that year."""
BATCH = 500
_ALONE = "SELECT pg_try_advisory_xact_lock(7234017283807667301)"
"""A number of our own: two that delete the same rows in another order would wait for each other."""


def forget(history: Store, now: datetime) -> int:
    """Delete the oldest runs that began before ``RETENTION``, at most a batch, with all that belongs to them.

    Where another writer is at it, none.

    Returns:
        How many were deleted.
    """
    if not history.sqlite and history.rows(_ALONE) != [(True,)]:
        return 0
    # A row value, since a run on several targets has a row for each.
    statement = """DELETE FROM ops_run WHERE (run_id, target) IN (
        SELECT run_id, target FROM ops_run WHERE started_at < ? ORDER BY started_at LIMIT ?)"""
    return history.write(statement, (in_utc(now - RETENTION), BATCH))
