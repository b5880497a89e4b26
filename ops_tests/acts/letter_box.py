"""What whoever handles dead letters reaches of a target: its database, to read and, with a permit, to write."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.clients.acting.dead_letters import DeadLetterTable
from ops_tests.clients.acting.operator_database import ROLE, OperatorDatabase
from ops_tests.clients.database import Database
from ops_tests.clients.ways import way_of
from ops_tests.errors import UnknownName, UsageProblem
from ops_tests.target_parts import DatabasePart, DeadLettersPart

if TYPE_CHECKING:
    from ops_tests.clients.fly_proxy import FlyProxy
    from ops_tests.permit import Permit
    from ops_tests.target import Secret, Target

LISTED_BY = "python -m ops_tests dead-letters list shows those that wait"


@dataclass(frozen=True)
class LetterBox:
    """The database of one target, however it is reached.

    Attributes:
        target: The target.
        part: What its file says of its database.
    """

    target: Target
    part: DatabasePart
    _way: FlyProxy | None

    @property
    def database(self) -> Database:
        """The client that only reads, and no payload."""
        return Database(needed_secret(self.target, self.part.dsn_env), way=self._way)

    @property
    def max_retries(self) -> int:
        """After how many tries the application's own list leaves a letter out."""
        return (self.target.dead_letters or DeadLettersPart()).max_retries

    def table(self, permit: Permit) -> DeadLetterTable:
        """The client that reads payloads, marks and deletes.

        Raises:
            UsageProblem: The target has no operator.
        """
        return DeadLetterTable(OperatorDatabase(permit, operators_dsn(self.target, self.part), self._way))


@contextmanager
def opened(target: Target) -> Iterator[LetterBox]:
    """A target's letter box; a proxy that was needed ends with it.

    Raises:
        UsageProblem: The target has no database.
    """
    if target.database is None:
        raise UsageProblem(f"{target.file} has no [database]; add it with dsn_env")
    way = way_of(target)
    try:
        yield LetterBox(target, target.database, way)
    finally:
        if way:
            way.end()


def operators_dsn(target: Target, part: DatabasePart) -> Secret:
    """The connection string of those who act.

    Raises:
        UsageProblem: The target file names no variable for it, or nobody set it.
    """
    if part.operator_secret_env is None:
        raise UsageProblem(
            f'{target.file} names no operator\'s role; write operator_secret_env = "OPERATOR_DATABASE_URL" into '
            f"[database], and put the connection string of such a role ({ROLE}) into that variable"
        )
    return needed_secret(target, part.operator_secret_env)


def needed_secret(target: Target, variable: str) -> Secret:
    """A secret without which nothing can be done.

    Raises:
        UsageProblem: Nobody set it.
    """
    if not target.is_set(variable):
        raise UsageProblem(f"{variable} is not set; put it into the environment or .env ({target.name})")
    return target.secret(variable)


def unknown(letter_id: str, known: Iterable[str]) -> UnknownName:
    """The error for an id that is none."""
    guess = difflib.get_close_matches(letter_id, known, 1)
    hint = f"did you mean {guess[0]}? " if guess else ""
    return UnknownName(f"there is no dead letter {letter_id!r}; {hint}{LISTED_BY}")
