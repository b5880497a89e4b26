"""Does the database answer, and is its schema the application's?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import activity as activity_rules
from ops_tests.rules import database as rules
from ops_tests.rules import migrations as migration_rules
from ops_tests.rules import offline_tokens, retention
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.database import Activity, DatabaseAttempt, InstalledShops, LockWait, Migration, TableAge
    from ops_tests.target_parts import RetentionPart


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.dr_drill
@pytest.mark.runbook("database.md#database-answers")
def test_database_answers(
    database_attempt: DatabaseAttempt, limits: Limits, measured: Measured, evidence: Evidence, note: Note
) -> None:
    """The database takes a connection and answers SELECT 1 within 2 s."""
    evidence(f"{database_attempt.server}, PostgreSQL {database_attempt.server_version or 'unknown'}")
    note(*rules.remarks(database_attempt))
    silent = rules.silent(database_attempt, limits.database_seconds)
    measured(database_attempt.seconds, limits.database_seconds)
    measured(len(silent), fixed(0, "failed answers"), rules.outage_level(database_attempt))
    assert not silent, f"{listed(silent)}; expected an answer within {limits.database_seconds}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("database.md#migrations-are-applied")
def test_migrations_are_applied(
    migrations: tuple[Migration, ...], repository_migrations: tuple[str, ...], measured: Measured
) -> None:
    """Every migration is finished, and none of the repository's is missing."""
    unapplied = migration_rules.unapplied(migrations, repository_migrations)
    measured(len(unapplied), fixed(0, "unapplied migrations"))
    assert not unapplied, f"{listed(unapplied)}; expected every migration applied"


@pytest.mark.weekly
@pytest.mark.runbook("database.md#webhook-events-are-within-retention")
def test_webhook_events_are_within_retention(
    webhook_events_age: TableAge, retention_part: RetentionPart, measured: Measured, evidence: Evidence
) -> None:
    """No recorded delivery is older than the retention and one clean-up interval."""
    limit, described = retention.limit(retention_part), retention.described(webhook_events_age)
    evidence(f"webhook_events: {described}")
    age = measured(retention.oldest_days(webhook_events_age), limit)
    assert age <= limit.value, f"in webhook_events {described}; expected none older than {limit}"


@pytest.mark.weekly
@pytest.mark.runbook("database.md#connections-have-room")
def test_connections_have_room(activity: Activity, limits: Limits, measured: Measured, evidence: Evidence) -> None:
    """The connections in use leave room for more."""
    in_use = f"{activity.connections} of {activity.usable} connections are in use"
    evidence(in_use)
    percent = measured(activity_rules.connections_percent(activity), limits.connections_percent)
    assert percent <= limits.connections_percent.value, (
        f"{in_use} ({percent:.0f} %); expected at most {limits.connections_percent}"
    )


@pytest.mark.weekly
@pytest.mark.runbook("database.md#no-transaction-is-idle-too-long")
def test_no_transaction_is_idle_too_long(activity: Activity, limits: Limits, measured: Measured) -> None:
    """No transaction stays open while its client says nothing."""
    idle = activity_rules.idle_too_long(activity, limits.idle_transaction_minutes)
    measured(activity_rules.longest_idle_minutes(activity), limits.idle_transaction_minutes)
    assert not idle, f"idle in transaction: {listed(idle)}; expected at most {limits.idle_transaction_minutes}"


@pytest.mark.weekly
@pytest.mark.runbook("database.md#no-lock-is-waited-for-too-long")
def test_no_lock_is_waited_for_too_long(lock_waits: tuple[LockWait, ...], limits: Limits, measured: Measured) -> None:
    """Whoever wants a lock gets it soon."""
    waiting = activity_rules.waiting_too_long(lock_waits, limits.lock_wait_minutes)
    measured(activity_rules.longest_wait_minutes(lock_waits), limits.lock_wait_minutes)
    assert not waiting, f"{listed(waiting)}; expected every lock within {limits.lock_wait_minutes}"


@pytest.mark.weekly
@pytest.mark.runbook("database.md#offline-tokens-exist")
def test_offline_tokens_exist(installed_shops: InstalledShops, measured: Measured, evidence: Evidence) -> None:
    """Every shop that has a session has one that works without a user."""
    evidence(f"{installed_shops.count} shops have a session")
    without = measured(offline_tokens.without(installed_shops), fixed(0, "shops without an offline token"))
    assert not without, (
        f"{without} of {installed_shops.count} shops have online sessions only; expected an offline one of each"
    )
