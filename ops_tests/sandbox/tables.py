"""The application's database: its schema, its rows, its owner and the read-only role."""

from __future__ import annotations

import io
import re
import secrets
import socket
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2.extensions import QuotedString, quote_ident

from ops_tests.sandbox import fly_storage, past
from ops_tests.sandbox.postgres import DATABASE, Postgres

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Database

_COPY_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
OWNER, READER, OPERATOR, BACKUP = "timedify_app", "ops_reader", "ops_operator", "ops_backup"
SCHEMA = Path(__file__).with_name("schema.sql")
READER_ROLE = Path(__file__).with_name("reader_role.sql")
OPERATOR_ROLE = Path(__file__).with_name("operator_role.sql")
BACKUP_ROLE = Path(__file__).with_name("backup_role.sql")
COLUMNS = {
    '"Session"': 'id, shop, state, "isOnline", scope, expires, "accessToken"',
    "webhook_events": 'id, topic, shop, "processedAt", "createdAt"',
    "dead_letters": 'id, topic, shop, payload, error, stack, "retryCount", "retriedAt", "createdAt"',
    "_prisma_migrations": "id, checksum, finished_at, migration_name, logs, started_at, applied_steps_count",
}


def make(postgres: Postgres, plan: Database) -> dict[str, str]:
    """Fill the database with schema, roles and rows.

    Returns:
        The password of each role, by name.
    """
    passwords = {role: secrets.token_hex(16) for role in (OWNER, READER, OPERATOR, BACKUP)}
    with _cursor(postgres.dsn()) as cursor:
        cursor.execute(f"CREATE ROLE {OWNER} LOGIN PASSWORD %s", [passwords[OWNER]])
        cursor.execute(f"ALTER DATABASE {DATABASE} OWNER TO {OWNER}")
        cursor.execute(f"SET ROLE {OWNER}")
        cursor.execute(SCHEMA.read_text(encoding="utf-8"))
        _fill(cursor, plan)
        cursor.execute("RESET ROLE")
        for role, script in ((READER, READER_ROLE), (OPERATOR, OPERATOR_ROLE), (BACKUP, BACKUP_ROLE)):
            variables = {"role": role, "password": passwords[role]}
            cursor.execute(with_variables(script.read_text(encoding="utf-8"), variables, cursor))
        for statement in _spoiling(plan):
            cursor.execute(statement)
    return passwords


@contextmanager
def _cursor(dsn: str) -> Iterator[Any]:
    with closing(psycopg2.connect(dsn)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _spoiling(plan: Database) -> Iterator[str]:
    for table, column in plan.hidden:
        yield f"REVOKE SELECT ({column}) ON {table} FROM {READER}"  # noqa: S608 - constants
    for table in plan.missing:
        yield f"DROP TABLE IF EXISTS {table}"
    if not plan.watches:
        yield f"REVOKE pg_monitor FROM {READER}"
    if not plan.backup_reads:
        yield f"REVOKE pg_read_all_data FROM {BACKUP}"


def _fill(cursor: Any, plan: Database) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)  # Prisma writes UTC into columns without a time zone
    rows = (
        past.sessions(plan, now),
        past.webhook_events(plan, now),
        past.dead_letters(plan, now),
        past.migrations(plan, now),
    )
    for (table, columns), values in zip(COLUMNS.items(), rows, strict=True):
        if values:
            # Not INSERT, which quotes and parses each of thousands of values, a tenth of a start.
            lines = io.StringIO("".join(map(_copied, values)))
            cursor.copy_expert(f"COPY {table} ({columns}) FROM STDIN", lines)


def _copied(row: past.Row) -> str:
    """A row as PostgreSQL's COPY reads it (https://www.postgresql.org/docs/current/sql-copy.html, "Text Format")."""
    return "\t".join(r"\N" if one is None else str(one).translate(_COPY_ESCAPES) for one in row) + "\n"


def with_variables(script: str, variables: Mapping[str, str], cursor: Any) -> str:
    r"""Fill in ``:"name"`` and ``:'name'`` as ``psql -v name=value`` does."""

    def quoted(match: re.Match[str]) -> str:
        value = variables[match[2]]
        return quote_ident(value, cursor) if match[1] == '"' else QuotedString(value).getquoted().decode()

    return re.sub(r""":(["'])(\w+)\1""", quoted, script)


def acting_dsn(role: str, port: int, plan: Database, password: str) -> str:
    """The connection string of one of those who act.

    Args:
        role: The role.
        port: The server's, as the suite reaches it.
        plan: Says whether it is reached through a proxy only.
        password: The role's.
    """
    return f"postgresql://{role}:{password}@{_place(port, plan)}/{DATABASE}"


def _place(port: int, plan: Database) -> str:
    # On Fly.io's private network: nobody reaches that from here but through the proxy.
    return f"{fly_storage.POSTGRES_APP}.internal:5432" if plan.proxy else f"127.0.0.1:{port}"


def reader_dsn(port: int, plan: Database, password: str, silent: socket.socket) -> str:
    """The connection string the checks are given; a faulty one leads to where the fault says.

    Args:
        port: The server's, as the suite reaches it.
        plan: Says where the string leads.
        password: The read-only role's.
        silent: A socket of 127.0.0.1, bound only; it is made to listen, and never answers, when the plan wants that.
    """
    if plan.reader == "wrong password":
        password = secrets.token_hex(16)
    place = _place(port, plan)
    if plan.reader == "unknown host":
        place = "db.example.invalid:5432"
    elif plan.reader in {"refused", "silent"}:
        place = f"127.0.0.1:{silent.getsockname()[1]}"
    if plan.reader == "silent":
        silent.listen(64)
    return f"postgresql://{READER}:{password}@{place}/{DATABASE}"
