"""Judging Prisma's migrations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered

if TYPE_CHECKING:
    from ops_tests.records.database import Migration


def unapplied(migrations: Sequence[Migration], repository: Iterable[str]) -> list[str]:
    """Migrations that failed, did not finish, or stand in the repository and not in the database.

    Raises:
        NotCovered: The table is empty or holds only what was rolled back, so that nothing is proved.
    """
    if not migrations:
        raise NotCovered("_prisma_migrations is empty; is this the application's database and schema?")
    applied = {one.name for one in migrations if one.finished_at and not one.rolled_back_at}
    stuck = {
        one.name: "failed" if one.failed else "did not finish"
        for one in migrations
        if not one.finished_at and not one.rolled_back_at and one.name not in applied
    }
    if not applied and not stuck:
        raise NotCovered("every row of _prisma_migrations is rolled back, so nothing shows which schema is there")
    missing = sorted(set(repository) - applied - set(stuck))
    return [f"{name} {state}" for name, state in sorted(stuck.items())] + [
        f"{name} was never applied" for name in missing
    ]
