"""Does the database answer, and is its schema the application's?"""

from __future__ import annotations

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.plugin.recording import Evidence, Measured, Note
from ops_tests.records.database import DatabaseAttempt, Migration
from ops_tests.rules import database as rules
from ops_tests.rules import migrations as migration_rules
from ops_tests.rules.wording import listed


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
    measured(database_attempt.seconds or 0, limits.database_seconds)
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
