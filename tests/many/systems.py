"""A hundred targets over eleven live sandboxes, and the PostgreSQL in which their history is collected.

A sandbox is a real system, with an application and a PostgreSQL of its own; a hundred of those are more than two cores
bear. So ten of them are described by nine or ten target files each, every target with a role, a password and a variable
of its own, and the eleventh, in which something is wrong, by one. There is no fly: a run has one on its PATH, and each
sandbox brings its own.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg2

from ops_tests.sandbox import tables
from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.postgres import Postgres
from tests.running import environment
from tests.superuser import superuser_of

TARGETS = 100
SANDBOXES = 10
FAULT = "dead-letters"
ILL = "shop-042"
"""The only target whose system has the fault."""
CHECKS = {
    "availability/health_answers_200",
    "availability/health_answers_in_time",
    "availability/health_body_says_healthy",
    "database/database_answers",
    "dead_letters/no_unprocessed_dead_letters",
}
"""What smoke looks at in such a target."""


@dataclass(frozen=True)
class Systems:
    """The targets, and what leads to them.

    Attributes:
        folder: Where the target files are, and whatever a test puts beside them.
        names: Of the targets, in the order of the targets file.
        environ: Of the runs: every target's variable and that of the history.
        history: The server that collects it.
    """

    folder: Path
    names: tuple[str, ...]
    environ: dict[str, str]
    history: Postgres

    def targets_file(self, at_most: int = TARGETS) -> Path:
        """A file that names the first so many targets."""
        file = self.folder / f"targets-{at_most}.txt"
        lines = [f"{name}.toml  # number {number}" for number, name in enumerate(self.names[:at_most], 1)]
        file.write_text("\n".join(["# The shops of this house.", "", *lines]) + "\n", encoding="utf-8")
        return file

    @contextmanager
    def empty_history(self) -> Iterator[Any]:
        """A cursor on the history, in which nothing is when it begins, not even a table."""
        with closing(psycopg2.connect(self.history.dsn())) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
                yield cursor


@contextmanager
def systems() -> Iterator[Systems]:
    """Start everything, and end it."""
    with ExitStack() as parts:
        folder, history_s = (Path(parts.enter_context(tempfile.TemporaryDirectory(prefix="many-"))) for _ in "ab")
        history = Postgres.start(history_s)
        parts.callback(history.stop)
        names = tuple(f"shop-{number:03}" for number in range(1, TARGETS + 1))
        environ = {"OPS_HISTORY_URL": history.dsn()}
        well = [name for name in names if name != ILL]
        shares = [((), well[number::SANDBOXES]) for number in range(SANDBOXES)] + [((FAULT,), [ILL])]
        for faults, share in shares:
            sandbox = Sandbox.start(faults)
            parts.callback(sandbox.stop)
            environ |= _described(folder, sandbox, share)
        yield Systems(folder, names, environment(**environ), history)


def _described(folder: Path, sandbox: Sandbox, names: list[str]) -> dict[str, str]:
    """Write a target file for each name; returns the variables they need."""
    environ = {}
    with superuser_of(sandbox) as cursor:
        for name in names:
            role, password = name.replace("-", "_"), secrets.token_urlsafe(18)
            cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{password}' IN ROLE {tables.READER}")
            variable = f"DATABASE_URL_{role.upper()}"
            place = sandbox.environment["DATABASE_URL"].rpartition("@")[2]
            environ[variable] = f"postgresql://{role}:{password}@{place}"
            (folder / f"{name}.toml").write_text(_target(sandbox, name, variable), encoding="utf-8")
    return environ


def _target(sandbox: Sandbox, name: str, variable: str) -> str:
    # A hundred targets share two cores with their own runs: how quickly they answer tells nothing of them.
    return f"""
name = "{name}"
base_url = "{sandbox.base_url}"

[health]
expect = {{ status = ["ok"] }}

[https]
plain_url = "{sandbox.place["https"]["plain_url"]}"
authority = "{sandbox.place["https"]["authority"]}"

[[pages]]
path = "/"

[[pages]]
path = "/privacy"

[database]
dsn_env = "{variable}"

[dead_letters]

[limits]
health_seconds = {{ value = 8, l2_from = 9 }}
"""
