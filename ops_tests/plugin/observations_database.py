"""What else the database is asked: how old its rows are, who has installed, and what goes on in the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.plugin.gather import observation

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.database import Activity, DeliveryCounts, InstalledShops, LockWait, TableAge


def _days(look: Look) -> float:
    from ops_tests.rules import retention

    part = look.target.retention
    return retention.limit(part).value if part else 0.0


@observation("database", "retention")
def webhook_events_age(look: Look) -> TableAge:
    """How old the recorded deliveries are."""
    return look.database.webhook_events_age(_days(look))


@observation("database", "dead_letters", "retention")
def processed_letters_age(look: Look) -> TableAge:
    """How long ago the dead letters were replayed that are still there."""
    return look.database.processed_letters_age(_days(look))


@observation("database", "dead_letters", "webhooks.records_deliveries")
def delivery_counts(look: Look) -> DeliveryCounts:
    """How many deliveries were recorded, and how many became dead letters, while both are kept."""
    from ops_tests.rules import dead_letters

    part = look.target.webhooks
    days = dead_letters.days_counted(look.target.retention)
    return look.database.delivery_counts(days, part.synthetic_prefix if part else "")


@observation("database")
def installed_shops(look: Look) -> InstalledShops:
    """How many shops have a session, and how many an online one only."""
    return look.database.installed_shops()


@observation("database")
def activity(look: Look) -> Activity:
    """Who is connected to the database server, and whose transaction is idle."""
    return look.database.activity()


@observation("database")
def lock_waits(look: Look) -> tuple[LockWait, ...]:
    """Who waits for a lock."""
    return look.database.lock_waits()
