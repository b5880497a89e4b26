"""How soon somebody was told, of what the outbox remembers; without what it takes to write a letter."""

from __future__ import annotations

from datetime import datetime

from ops_tests.plugin.history.store import Store, in_utc, out_of


def responses(history: Store, target: str, since: datetime) -> list[tuple[datetime, datetime | None]]:
    """The first red of each alert since a moment, and when somebody was first told: None where nobody was yet."""
    query = """SELECT since, min(delivered_at) FROM ops_outbox
                WHERE target = ? AND word = 'new' AND level <> 'blind' AND created_at >= ?
                GROUP BY alert_key, since ORDER BY since"""
    rows = history.rows(query, (target, in_utc(since)))
    return [(out_of(red), out_of(told) if told else None) for red, told in rows]
