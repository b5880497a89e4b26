"""What the database shows: how long it takes to answer, and which tables there are. It only reads."""

from __future__ import annotations

from collections.abc import Mapping

from ops_tests.clients.database import Database
from ops_tests.errors import Blind, Unreachable
from ops_tests.target import Secret
from ops_tests.tools.draft import BLANK, Key, Part, left_out
from ops_tests.tools.live_health import limit
from ops_tests.tools.live_web import Live

DSN = "DATABASE_URL"
ASKED = 3
NEEDS = {
    "dead_letters": ("dead_letters",),
    "migrations": ("_prisma_migrations",),
    "retention": ("webhook_events", "dead_letters"),
}
"""Which tables each part is about."""
_TABLES = ('"Session"', "webhook_events", "dead_letters", "_prisma_migrations")
_EXIST = "SELECT name, to_regclass(name) IS NOT NULL FROM unnest(%s::text[]) AS name"


def look(environ: Mapping[str, str]) -> Live:
    """The parts that the database can tell of; none where ``DATABASE_URL`` is not set."""
    if not environ.get(DSN):
        return Live((left_out("database", f"{DSN} is not set. The README has the grants of a read-only role."),))
    database = Database(Secret(DSN, environ[DSN]))
    try:
        seconds = [_answered(database) for _ in range(ASKED)]
        present = {str(name).strip('"') for name, exists in database.rows(_EXIST, (list(_TABLES),)) if exists}
    except Blind as error:
        way = 'On Fly.io\'s private network via = "fly-proxy" leads there. ' if _is_private(environ[DSN]) else ""
        return Live((left_out("database", f"{way}What {DSN} leads to did not answer: {error}"),))
    found = ", ".join(sorted(present)) or "none of the tables that are looked at"
    why = f"{DSN} answered; there: {found}. Is it this application's, and a read-only role's?"
    parts = [Part("database", why, (Key("dsn_env", DSN),)), *(_about(name, present) for name in NEEDS)]
    return Live(tuple(parts), (limit("database_seconds", seconds, "answers of the database"),))


def _answered(database: Database) -> float:
    """Seconds to connect and ``SELECT 1``.

    Raises:
        Blind: It did not answer.
    """
    attempt = database.answer()
    if attempt.seconds is None:
        raise Unreachable(attempt.unreachable)
    return attempt.seconds


def _is_private(dsn: str) -> bool:
    return ".internal" in dsn or ".flycast" in dsn


def _about(name: str, present: set[str]) -> Part:
    missing = [table for table in NEEDS[name] if table not in present]
    if missing:
        return left_out(name, f"There is no table {' and no table '.join(missing)}.")
    blank = next(one for one in BLANK if one.name == name)
    remark = "The table is there." if name != "retention" else "The tables are there. Are these the application's days?"
    return Part(name, remark, blank.keys)
