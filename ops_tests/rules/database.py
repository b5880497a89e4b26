"""Judging whether the database answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.records.run import Level
from ops_tests.rules.wording import duration, seen

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.database import DatabaseAttempt


def silent(attempt: DatabaseAttempt, limit: Limit) -> list[str]:
    """What keeps the database from having answered in time."""
    if attempt.seconds is None:
        return [f"no connection: {seen(attempt.unreachable)}"]
    return [f"{attempt.server} took {duration(attempt.seconds)}"] if attempt.seconds > limit.value else []


def outage_level(attempt: DatabaseAttempt) -> Level:
    """L3 when no connection comes about (the runbook's "database connection failed"), else L1."""
    return Level.L3 if attempt.seconds is None else Level.L1


def remarks(attempt: DatabaseAttempt) -> list[str]:
    """What is worth a line of a database that answers: that it is a replica, of which no rows are read."""
    if not attempt.replica:
        return []
    return [f"{attempt.server} is {attempt.replica}; expected the primary: the checks that read rows are blind"]
