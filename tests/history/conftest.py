"""A history of each kind: a file, and a database of an embedded PostgreSQL."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

from ops_tests.plugin.history.place import Place
from ops_tests.records.run import CheckRecord, Level, Measurement, Outcome, RunRecord, TargetRecord
from ops_tests.sandbox.postgres import Postgres

ADDRESS = "http://127.0.0.1:9"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
Made = Callable[..., RunRecord]


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL for all tests of this process, in a folder that its own user can enter."""
    with tempfile.TemporaryDirectory(prefix="history-") as folder:
        started = Postgres.start(Path(folder))
        yield started
        started.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """An empty history."""
    file = tmp_path / "history.sqlite"
    if request.param == "sqlite":
        return Place(file)
    return Place(file, database_of(request.getfixturevalue("server")))


def database_of(server: Postgres) -> str:
    """The URL of an empty history: a schema of its own, since the server's kept cluster has no template to copy."""
    name = f"history_{next(_NUMBERS)}"
    with closing(psycopg2.connect(server.dsn())) as connection, connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {name}")
        cursor.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{name}'")
        cursor.execute(f"ALTER ROLE {name} SET search_path TO {name}")
        cursor.execute(f"GRANT ALL ON SCHEMA {name} TO {name}")
    return server.dsn(name, name)


_NUMBERS = itertools.count()


def check(
    name: str = "shop/open", outcome: Outcome = "ok", value: float | None = None, target: str = "shop"
) -> CheckRecord:
    """The record of one check."""
    measured = (Measurement(value=value, unit="s", limit=1, key="", level=None),) if value is not None else ()
    return CheckRecord(
        target=target, check=name, subject="shop", claim="It is open.", suites=("smoke",), anchor="shop.md#open",
        outcome=outcome, level=Level.L2 if outcome == "finding" else None, measurements=measured,
        sentence="" if outcome == "ok" else "seen; expected", duration_seconds=0.25,
    )  # fmt: skip


def run(minutes: float, *checks: CheckRecord, suite: str = "smoke", status: int = 0, image: str = "one") -> RunRecord:
    """A run that began so many minutes after noon."""
    started_at = NOON + timedelta(minutes=minutes)
    targets = dict.fromkeys(one.target for one in checks) or {"shop": None}
    return RunRecord(
        run_id=f"run-{minutes:g}-{suite}", suite=suite,
        targets=tuple(TargetRecord(name=name, base_url=ADDRESS, sandbox=False, image=image) for name in targets),
        faults=(), started_at=started_at, finished_at=started_at + timedelta(seconds=2), exit_status=status,
        verdict="said", level=None, environment={}, checks=checks,
    )  # fmt: skip
