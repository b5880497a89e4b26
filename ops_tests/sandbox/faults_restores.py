"""Faults of what a backup holds: a given dump that is cut, foreign, old or incomplete, and a role that may not dump."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import RESTORABLE
from ops_tests.sandbox.fault import Fault, blind, finding, harmless

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario


def _database(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, database=replace(scenario.database, **changes))


FAULTS = (
    Fault("backup-truncated", "the dump that was fetched ends in the middle",
          finding("L2", RESTORABLE), _database(backup="truncated")),
    Fault("backup-empty", "the dump that was fetched is an empty file",
          finding("L2", RESTORABLE), _database(backup="empty")),
    Fault("backup-foreign", "the dump that was fetched is another application's",
          finding("L2", RESTORABLE), _database(backup="foreign")),
    Fault("backup-older-major", "the dump was made by and of PostgreSQL 16, and the server is 18",
          finding("L2", RESTORABLE), _database(backup="older major")),
    Fault("backup-stale", "the newest row in the dump that was fetched is over 30 h old",
          finding("L1", RESTORABLE), _database(backup="old")),
    Fault("backup-table-missing", "the dump that was fetched lacks the table of dead letters",
          finding("L2", RESTORABLE), _database(backup="table missing")),
    Fault("backup-rows-missing", "the dump that was fetched has no recorded delivery",
          finding("L2", RESTORABLE), _database(backup="rows missing")),
    Fault("backup-absent", "the target file names a dump that is not there",
          blind(RESTORABLE), _database(backup="absent")),
    Fault("backup-role-may-not-read", "the role that dumps may not read all tables",
          blind(RESTORABLE), _database(backup_reads=False)),
    harmless("backup-given", "a good dump was fetched a moment ago", _database(backup="good")),
)  # fmt: skip
