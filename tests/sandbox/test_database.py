"""What the read-only role may do, and what the tables hold."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.postgres import binaries
from ops_tests.sandbox.tables import READER_ROLE, with_variables

Rows = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def cursor(sandbox: Sandbox) -> Iterator[Any]:
    with closing(psycopg2.connect(sandbox.environment["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        yield cursor


@pytest.mark.parametrize(
    "query",
    [
        'SELECT "accessToken" FROM "Session"',
        'SELECT email FROM "Session"',
        'SELECT * FROM "Session"',
        "SELECT payload FROM dead_letters",
        "SELECT pg_read_file('/etc/passwd')",
        "CREATE TABLE ours (id int)",
    ],
)
def test_what_the_role_needs_not_see_it_cannot_see(cursor: Any, query: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction)):
        cursor.execute(query)


def test_a_write_is_refused_by_the_session(cursor: Any) -> None:
    with pytest.raises(errors.ReadOnlySqlTransaction):
        cursor.execute("DELETE FROM webhook_events")


def test_a_write_is_refused_by_the_rights_as_well(cursor: Any) -> None:
    cursor.execute("SET TRANSACTION READ WRITE")
    with pytest.raises(errors.InsufficientPrivilege):
        cursor.execute("DELETE FROM webhook_events")


@pytest.mark.parametrize(
    "query",
    [
        'SELECT id, shop, "isOnline", expires FROM "Session"',
        "SELECT * FROM webhook_events",
        'SELECT id, topic, shop, error, stack, "retryCount", "retriedAt", "lastError", "createdAt" FROM dead_letters',
        "SELECT * FROM _prisma_migrations",
    ],
)
def test_what_the_checks_look_at_it_can_see(cursor: Any, query: str) -> None:
    cursor.execute(query)
    assert cursor.fetchall()


def test_the_role_may_watch_the_server(cursor: Any) -> None:
    cursor.execute(
        "SELECT pg_has_role(current_user, 'pg_monitor', 'member'), current_setting('server_version_num')::int / 10000"
    )
    assert cursor.fetchone() == (True, 18)


def test_the_past_is_clean(sandbox: Sandbox, rows: Rows) -> None:
    assert rows(sandbox, """SELECT count(*) FROM dead_letters WHERE "retriedAt" IS NULL""") == [(0,)]
    assert rows(sandbox, "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NULL OR logs IS NOT NULL") == [
        (0,)
    ]
    assert rows(sandbox, """SELECT count(*) FROM "Session" WHERE shop LIKE 'ops-synthetic%%'""") == [(0,)]


def test_variables_are_quoted_as_psql_does(sandbox: Sandbox) -> None:
    with closing(psycopg2.connect(sandbox.environment["DATABASE_URL"])) as connection, connection.cursor() as cursor:
        script = with_variables("""GRANT x TO :"role" :'word' ::text""", {"role": 'a"b', "word": "it's"}, cursor)
    assert script == """GRANT x TO "a""b" 'it''s' ::text"""


def test_the_role_file_is_a_psql_script(sandbox: Sandbox) -> None:
    psql = str(binaries(sandbox.folder) / "psql")
    command = [
        psql,
        sandbox.environment["DATABASE_URL"],
        "-v",
        "role=other",
        "-v",
        "password=p",
        "-f",
        str(READER_ROLE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "syntax error" not in done.stderr
    assert "permission denied to create role" in done.stderr or "read-only transaction" in done.stderr
