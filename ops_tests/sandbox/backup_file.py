"""A dump of the application's database as somebody may have fetched it from the provider, good or spoilt."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2

from ops_tests.errors import SandboxFailed
from ops_tests.sandbox import tables
from ops_tests.sandbox.postgres import DATABASE, Postgres
from ops_tests.sandbox.scenario import BackupFile
from ops_tests.sandbox.scenario import Database as Plan

FILE = "newest.dump"
OLDER_MAJOR = 16
OLD_HOURS = 30
FOREIGN = "CREATE SCHEMA shop; CREATE TABLE shop.orders AS SELECT 1 AS id, now() AS created_at"
RECENT = {"webhook_events": '"createdAt"', "dead_letters": '"createdAt"'}
"""The tables with rows of the last hours, and the column that tells."""


def make(folder: Path, postgres: Postgres, kind: BackupFile) -> None:
    """Write the dump, unless there is none; the database is afterwards as it was."""
    if kind not in {"", "absent"}:
        _MAKERS[kind](folder / FILE, postgres)


def _dump(file: Path, postgres: Postgres, *options: str) -> None:
    command = [str(postgres.binaries / "pg_dump"), "--format=custom", f"--file={file}", *options]
    place = {"PGHOST": "127.0.0.1", "PGPORT": str(postgres.port), "PGUSER": "postgres", "PGDATABASE": DATABASE}
    environ = {**os.environ, **place, "PGPASSWORD": postgres.password}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxFailed(f"sandbox: pg_dump ended with {done.returncode}; it said:\n{done.stderr}")


def _truncated(file: Path, postgres: Postgres) -> None:
    _dump(file, postgres)
    os.truncate(file, file.stat().st_size // 2)


def _empty(file: Path, _postgres: Postgres) -> None:
    file.touch()


def _foreign(file: Path, postgres: Postgres) -> None:
    with _superuser(postgres) as cursor:
        cursor.execute(FOREIGN)
        _dump(file, postgres, "--schema=shop")
        cursor.execute("DROP SCHEMA shop CASCADE")


def _of_older_major(file: Path, postgres: Postgres) -> None:
    folder = postgres.folder / "older"
    folder.mkdir()
    older = Postgres.start(folder, OLDER_MAJOR)
    try:
        tables.make(older, Plan())
        with _superuser(postgres) as newer, _superuser(older) as cursor:
            for table in tables.COLUMNS:
                rows = io.BytesIO()
                newer.copy_expert(f"COPY {table} TO STDOUT", rows)
                rows.seek(0)
                cursor.execute(f"TRUNCATE {table}")
                cursor.copy_expert(f"COPY {table} FROM STDIN", rows)
        _dump(file, older)
    finally:
        older.stop()


def _old(file: Path, postgres: Postgres) -> None:
    with _superuser(postgres) as cursor:
        cursor.execute("CREATE SCHEMA aside")
        for table, column in RECENT.items():
            recent = f"{column} > now() - interval '{OLD_HOURS} hours'"
            cursor.execute(f"CREATE TABLE aside.{table} AS SELECT * FROM {table} WHERE {recent}")  # noqa: S608 - constants
            cursor.execute(f"DELETE FROM {table} WHERE {recent}")  # noqa: S608 - constants
        _dump(file, postgres, "--schema=public")
        for table in RECENT:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM aside.{table}")  # noqa: S608 - constants
        cursor.execute("DROP SCHEMA aside CASCADE")


@contextmanager
def _superuser(postgres: Postgres) -> Iterator[Any]:
    with closing(psycopg2.connect(postgres.dsn())) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


_MAKERS: dict[BackupFile, Callable[[Path, Postgres], None]] = {
    "good": _dump,
    "truncated": _truncated,
    "empty": _empty,
    "foreign": _foreign,
    "older major": _of_older_major,
    "old": _old,
    "table missing": lambda file, postgres: _dump(file, postgres, "--exclude-table=dead_letters"),
    "rows missing": lambda file, postgres: _dump(file, postgres, "--exclude-table-data=webhook_events"),
}
