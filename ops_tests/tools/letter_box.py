"""What the commands about dead letters reach of a target: its database, to read and, with a permit, to write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops_tests.clients.acting.dead_letters import DeadLetterTable
from ops_tests.clients.acting.operator_database import ROLE, OperatorDatabase
from ops_tests.clients.database import Database
from ops_tests.clients.fly_proxy import FlyProxy
from ops_tests.errors import UsageProblem
from ops_tests.permit import Permit
from ops_tests.plugin.ways import way_of
from ops_tests.target import Secret, Target
from ops_tests.target_parts import DatabasePart, DeadLettersPart
from ops_tests.tools.named_target import named_target


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


def live_target(name: str | None) -> Target:
    """The target that is named, else the one of ``OPS_TARGET``.

    Raises:
        UsageProblem: None is named, or it is the embedded sandbox, which is not there now.
    """
    target = named_target(name, Path.cwd())
    if target.sandbox:
        raise UsageProblem(
            "the embedded sandbox lives no longer than a run of checks; python -m ops_tests sandbox --write DIR keeps "
            "one up"
        )
    return target


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
