"""``retention`` and ``dead-letters cleanup``: delete what the application keeps for too long, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.clients.acting.dead_letters import DeadLetterTable
from ops_tests.clients.database import Database
from ops_tests.errors import UsageProblem
from ops_tests.rules.retention import described
from ops_tests.target_parts import RetentionPart

if TYPE_CHECKING:
    from ops_tests.records.database import TableAge
    from ops_tests.target import Target

LEAST_DAYS = 7
"""The shortest retention of the runbooks: a delivery that comes again after its row was deleted counts as new."""


@dataclass(frozen=True)
class Rows:
    """What a clean-up is about: how the rows are called, counted and deleted."""

    name: str
    count: Callable[[Database, float], TableAge]
    delete: Callable[[DeadLetterTable, datetime], Iterator[int]]


EVENTS = Rows("recorded deliveries", Database.webhook_events_age, DeadLetterTable.delete_events)
REPLAYED = Rows("replayed dead letters", Database.processed_letters_age, DeadLetterTable.delete_replayed)


def days_asked(days: int | None, target: Target) -> int:
    """After how many days rows go: as typed, else what the target file or its default says.

    Raises:
        UsageProblem: Fewer than 7.
    """
    asked = (target.retention or RetentionPart()).days if days is None else days
    if asked < LEAST_DAYS:
        raise UsageProblem(
            f"--days {asked} is too few; expected {LEAST_DAYS} or more, since younger rows still tell what came"
        )
    return asked


def counted(rows: Rows, age: TableAge, days: int) -> str:
    """One line about what there is to delete."""
    found = described(age) if age.expired else f"none of {age.rows} rows is too old"
    return f"{rows.name}, older than {days} d: {found}"


def batches(rows: Rows, table: DeadLetterTable, age: TableAge, days: int) -> Iterator[int]:
    """Delete what was counted, batch by batch; yields how many each was.

    Raises:
        Blind: A batch could not be deleted; those before it are.
    """
    yield from rows.delete(table, age.read_at - timedelta(days=days))
