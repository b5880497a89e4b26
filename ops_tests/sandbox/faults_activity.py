"""Faults of what goes on in the database: its connections, transactions and locks, its clean-up and its sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import CLEANED_UP, DELIVERED, IDLE, LOCKS, OFFLINE, RETENTION, ROOM
from ops_tests.sandbox.fault import Fault, blind, finding, harmless, note

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario


def _database(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, database=replace(scenario.database, **changes))


FAULTS = (
    Fault("webhook-events-old", "two recorded deliveries are 23 and 40 days old, and nobody cleaned up",
          finding("L1", RETENTION), _database(events_days_ago=(23, 40))),
    harmless("webhook-events-await-clean-up", "a delivery and a replayed dead letter of 20 days ago await the clean-up",
             _database(events_days_ago=(20,), processed_days_ago=(20,))),
    Fault("dead-letters-not-cleaned-up", "a dead letter that was replayed 30 days ago is still there",
          finding("L1", CLEANED_UP), _database(processed_days_ago=(30,))),
    Fault("deliveries-given-up", "one delivery of a hundred became a dead letter, and all were replayed",
          finding("L1", DELIVERED), _database(processed_days_ago=tuple(range(1, 13)))),
    Fault("deliveries-few", "so few deliveries came that their rate says nothing",
          note(DELIVERED), _database(events_every_minutes=600)),
    Fault("connections-used-up", "the application hoards 85 % of the connections",
          finding("L1", ROOM), _database(connections=82)),
    Fault("transaction-idle", "somebody opened a transaction and went for lunch",
          finding("L1", IDLE), _database(idle_transaction=True)),
    Fault("lock-waited-for", "an update waits for a lock that a long transaction holds",
          finding("L1", LOCKS), _database(lock_wait=True)),
    Fault("database-unwatched", "the read-only role lacks pg_monitor",
          blind(IDLE), _database(watches=False)),
    Fault("session-online-only", "a shop has a user's session and no offline one",
          finding("L1", OFFLINE), _database(online_only=("holz-und-faden.myshopify.com",))),
    Fault("sessions-gone", "no session is left at all",
          blind(OFFLINE), _database(has_sessions=False)),
)  # fmt: skip
