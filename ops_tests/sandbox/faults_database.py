"""Faults of the database: its rows, its rights, and the way to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.checks_by_need import (
    CONNECTS,
    DEAD_LETTERS,
    DELIVERED,
    EXHAUSTED,
    MIGRATIONS,
    NEED_DATABASE,
    TOO_LONG,
    UNPROCESSED,
)
from ops_tests.sandbox.fault import Fault, blind, finding, note
from ops_tests.sandbox.scenario import Letter, Migration, Scenario


def _database(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, database=replace(scenario.database, **changes))


def _letters(*letters: Letter) -> Callable[[Scenario], Scenario]:
    return lambda scenario: _database(letters=(*scenario.database.letters, *letters))(scenario)


def _migration(row: Migration) -> Callable[[Scenario], Scenario]:
    return lambda scenario: _database(migrations=(*scenario.database.migrations, row))(scenario)


FAULTS = (
    Fault(
        "dead-letters",
        "4 dead letters wait, one for 2 h, one out of retries",
        finding("L1", UNPROCESSED, TOO_LONG, EXHAUSTED),
        _letters(Letter(120), Letter(8, retries=3), Letter(3), Letter(1)),
    ),
    Fault(
        "dead-letters-old",
        "one dead letter waits for 90 minutes",
        finding("L1", UNPROCESSED, TOO_LONG),
        _letters(Letter(90)),
    ),
    Fault(
        "dead-letters-exhausted",
        "one fresh dead letter is out of retries",
        finding("L1", UNPROCESSED, EXHAUSTED),
        _letters(Letter(2, retries=3)),
    ),
    Fault("dead-letters-one", "one dead letter of 2 minutes ago", finding("L1", UNPROCESSED), _letters(Letter(2))),
    Fault(
        "dead-letters-many",
        "11 dead letters of the last minutes",
        finding("L2", UNPROCESSED) + finding("L1", DELIVERED),
        _letters(*(Letter(minutes) for minutes in range(1, 12))),
    ),
    Fault(
        "dead-letters-table-missing",
        "the table dead_letters is not there",
        blind(*DEAD_LETTERS),
        _database(missing=("dead_letters",)),
    ),
    Fault(
        "dead-letters-forbidden",
        'the read-only role may not read "retriedAt"',
        blind(*(check for check in DEAD_LETTERS if check != DELIVERED)),
        _database(hidden=(("dead_letters", '"retriedAt"'),)),
    ),
    Fault(
        "dead-letters-locked",
        "somebody else holds an exclusive lock on dead_letters",
        blind(*DEAD_LETTERS),
        _database(locked=("dead_letters",)),
    ),
    Fault(
        "migrations-locked",
        "somebody else holds an exclusive lock on _prisma_migrations",
        blind(MIGRATIONS),
        _database(locked=("_prisma_migrations",)),
    ),
    Fault(
        "migration-failed",
        "the newest migration failed",
        finding("L1", MIGRATIONS),
        _migration(Migration("20261120184500_add_plan_handle", 0.5, finished=False, failed=True)),
    ),
    Fault(
        "migration-unfinished",
        "the newest migration began and never ended",
        finding("L1", MIGRATIONS),
        _migration(Migration("20261120191000_backfill_plan_handle", 0.4, finished=False)),
    ),
    Fault(
        "database-refused",
        "the database's port refuses connections",
        finding("L3", CONNECTS) + blind(*NEED_DATABASE),
        _database(reader="refused"),
    ),
    Fault(
        "database-wrong-password",
        "the read-only role's password is wrong",
        blind(CONNECTS, *NEED_DATABASE),
        _database(reader="wrong password"),
    ),
    Fault(
        "database-hangs",
        "the database takes connections and never answers",
        finding("L3", CONNECTS) + blind(*NEED_DATABASE),
        _database(reader="silent"),
    ),
    Fault(
        "database-unknown-host",
        "the name of the database's host does not exist",
        finding("L3", CONNECTS) + blind(*NEED_DATABASE),
        _database(reader="unknown host"),
    ),
    Fault(
        "database-replica",
        "the connection string leads to a replica, whose rows may be behind",
        note(CONNECTS) + blind(*NEED_DATABASE),
        _database(reader="replica"),
    ),
)
