"""A whole database in one snapshot: counted and digested by its server, so that no row ever leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg2
from psycopg2 import extensions

from ops_tests.clients import database_connection
from ops_tests.clients.database import CONNECT_SECONDS, LOCK_SECONDS, Way
from ops_tests.clients.database_dsn import Dsn, read_dsn
from ops_tests.clients.database_errors import translated
from ops_tests.errors import Blind, NotAuthorised, NotCovered, Unparsable, Unreachable
from ops_tests.records.restore import AppliedMigration, Contents, TableContents

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.target import Secret

ROLE = "ops_tests/sandbox/backup_role.sql"
TABLE_SECONDS = 900.0
"""How long one table may take to be digested: 20 GB at the 24 MB/s that were seen on a busy core. A larger one leaves
the drill blind."""
HOLD_SECONDS = 3600.0
"""How long a snapshot may be held while pg_dump reads; then the server lets go of it, so that vacuum can clean up."""
MIGRATIONS = "_prisma_migrations"

# Text of a value must not depend on server or role; and rows that a policy hides are an error, not fewer rows.
_SETTINGS = {
    "statement_timeout": f"{TABLE_SECONDS:g}s",
    "lock_timeout": f"{LOCK_SECONDS:g}s",
    "idle_in_transaction_session_timeout": f"{HOLD_SECONDS:g}s",
    "row_security": "off",
    "search_path": "",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
}
_TABLES = """
SELECT n.nspname, c.relname, ARRAY(
    SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND a.atttypid IN ('timestamp'::regtype, 'timestamptz'::regtype)
      AND lower(replace(a.attname, '_', '')) IN ('createdat', 'insertedat', 'created'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence <> 't'
  AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_depend d
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY 1, 2
"""
# Sums of both halves of each row's md5: the same in whatever order, and without anything kept or sorted.
_DIGEST = """md5(concat_ws(' ', count(*), sum(('x' || left(digest, 16))::bit(64)::bigint::numeric),
                           sum(('x' || right(digest, 16))::bit(64)::bigint::numeric)))"""
_COUNT = """
SELECT count(*), {digest}, max(created) FILTER (WHERE created <= now()), count(*) FILTER (WHERE created <= {moment})
FROM (SELECT md5(ROW(one.*)::text) AS digest, {created} AS created FROM ONLY {table} AS one) AS every_one
"""
# Through JSON, since a foreign table of this name may lack any of the columns.
_MIGRATIONS = """
SELECT its ->> 'migration_name', md5(concat_ws(' ', its ->> 'id', its ->> 'checksum', its ->> 'finished_at')),
       (its ->> 'finished_at')::timestamptz
FROM (SELECT to_jsonb(one.*) AS its FROM ONLY {table} AS one) AS every_one
WHERE its ->> 'migration_name' IS NOT NULL AND its ->> 'finished_at' IS NOT NULL AND its ->> 'rolled_back_at' IS NULL
ORDER BY 3, 1
"""


@dataclass(frozen=True)
class _Session:
    """An open connection, and how to ask over it."""

    connection: extensions.connection
    cursor: Any
    dsn: Dsn

    def rows(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            self.cursor.execute(statement, tuple(parameters) or None)
            database_connection.settled(self.connection, self.dsn, TABLE_SECONDS + 5, connected=True)
            return self.cursor.fetchall() if self.cursor.description else []
        except psycopg2.Error as error:
            raise _told(error, self.dsn) from None
        except (ValueError, OverflowError) as error:  # a time after the year 9999
            raise Unparsable(f"{self.dsn.server} answered a value Python cannot hold ({error})") from None


@dataclass(frozen=True)
class Snapshot:
    """A database as it stood at one moment.

    Attributes:
        id: By what pg_dump is told to look at the same.
        taken_at: The moment by the server's clock, UTC.
        version: The server's version number, 180004.
        dsn: Where it is, by the way it was reached.
        encrypted: Whether the connection is.
    """

    id: str
    taken_at: datetime
    version: int
    dsn: Dsn
    encrypted: bool
    _session: _Session

    @property
    def major(self) -> int:
        """The server's major version."""
        return self.version // 10000

    def contents(self, moment: datetime | None = None) -> Contents:
        """Count and digest every table; with a moment only count, since nothing is then compared row by row.

        Args:
            moment: What was created up to here is counted on its own.

        Raises:
            Blind: A table could not be read.
        """
        found = self._session.rows(_TABLES)
        tables, newest = {}, []
        for schema, name, columns in found:
            rows, digest, latest, earlier = self._counted(_quoted(schema, name), columns, moment)
            tables[f"{schema}.{name}"] = TableContents(rows, digest, earlier if columns and moment else None)
            newest += [latest] if latest else []
        migrations = [
            AppliedMigration(*row)
            for schema, name, _ in found
            if name == MIGRATIONS
            for row in self._session.rows(_MIGRATIONS.format(table=_quoted(schema, name)))
        ]
        tells_time = any(columns for _, _, columns in found)
        return Contents(self.taken_at, self.major, tables, tuple(migrations), max(newest, default=None), tells_time)

    def demand_creation_times(self) -> None:
        """See that the age of the newest row can be told.

        Raises:
            NotCovered: No table says when its rows were created.
        """
        if not any(columns for _, _, columns in self._session.rows(_TABLES)):
            raise NotCovered(
                f"no table of {self.dsn.server} has a column createdAt, created_at, inserted_at or created with a "
                "time; expected one, since the age of its newest row is what would be lost. Look at the database's "
                "name in the connection string"
            )

    def extensions(self) -> tuple[str, ...]:
        """The names of the extensions this server could create."""
        return tuple(name for (name,) in self._session.rows("SELECT name::text FROM pg_available_extensions"))

    def _counted(self, table: str, columns: Sequence[str], moment: datetime | None) -> tuple[Any, ...]:
        # Prisma writes UTC into columns without a time zone, and UTC is this session's.
        times = [f"one.{_quoted(column)}::timestamptz" for column in columns] or ["NULL::timestamptz"]
        names = {"created": f"greatest({', '.join(times)})", "table": table, "digest": "''" if moment else _DIGEST}
        named = {key: text.replace("%", "%%") for key, text in names.items()}
        return self._session.rows(_COUNT.format(moment="%s::timestamptz", **named), (moment,))[0]


@contextmanager
def snapshot(_permit: Permit, secret: Secret, way: Way | None = None) -> Iterator[Snapshot]:
    """Hold a snapshot of a database on a connection of its own.

    Args:
        _permit: The permission to act on its target: whoever may copy a whole database needs one.
        secret: The connection string of a role that may read every table.
        way: As for ``Database``.

    Raises:
        Blind: It cannot be reached, or refused.
    """
    dsn = read_dsn(secret)
    dsn = dsn.by_way_of(*way.address()) if way else dsn
    with ExitStack() as open_ones:
        try:
            connection = open_ones.enter_context(database_connection.opened(dsn, CONNECT_SECONDS))
        except psycopg2.Error as error:
            told = _told(error, dsn)
            raise (way.blamed(told) if way else told) from None
        except Unreachable as error:
            raise (way.blamed(error) if way else error) from None
        yield _begun(_Session(connection, open_ones.enter_context(connection.cursor()), dsn))


def _begun(session: _Session) -> Snapshot:
    session.rows("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    settings = ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _SETTINGS.items())
    session.rows(f"SELECT {settings}")
    ((number, taken_at, version),) = session.rows(
        "SELECT pg_export_snapshot(), now(), current_setting('server_version_num')::int"
    )
    return Snapshot(number, taken_at, version, session.dsn, bool(session.connection.info.ssl_in_use), session)


def _quoted(*names: str) -> str:
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def _told(error: psycopg2.Error, dsn: Dsn) -> Blind:
    """The server's error as one of ours; what this role lacks is not what an observing one does."""
    if error.pgcode == "42501":
        return refused(str(error).strip().splitlines()[0], dsn)
    return translated(error, dsn)


def refused(line: str, dsn: Dsn) -> NotAuthorised:
    """The error when the role may not read everything; ``line`` is what the server said."""
    if "row-level security" in line:
        next_step = f'Next, as superuser: ALTER ROLE "{dsn.role}" BYPASSRLS'
    else:
        next_step = f'Next, as superuser: GRANT pg_read_all_data TO "{dsn.role}"'
    return NotAuthorised(f'{dsn.server}: {line} (role "{dsn.role}"); expected what {ROLE} grants. {next_step}')
