"""What PostgreSQL and libpq say, turned into our errors: by SQLSTATE, and by text where no connection came about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import psycopg2

from ops_tests.errors import Blind, NoAnswerInTime, NotAuthorised, NotFound, Unreachable

if TYPE_CHECKING:
    from ops_tests.clients.database_dsn import Dsn

READABLE = {
    "Session": '(id, shop, "isOnline", expires)',
    "webhook_events": "",
    "dead_letters": '(id, topic, shop, "retryCount", "retriedAt", "createdAt")',
    "_prisma_migrations": "",
}
"""The columns a read-only role needs, by table ("" for all); never an access token, never a payload."""

_REFUSED_LOGIN = (
    "authentication failed",
    "no password supplied",
    "pg_hba.conf",
    'role "',
    "not permitted to log in",
    "permission denied for database",
)
_REASONS = (
    ("could not translate host name", "has a name that DNS does not resolve"),
    ("connection refused", "refused the connection"),
    ("timeout expired", "did not accept a connection in time"),
    ("timed out", "did not accept a connection in time"),
    ("no route to host", "cannot be routed to from here"),
    ("network is unreachable", "cannot be routed to from here"),
    ("no such file or directory", "has no socket there"),
    ("too many clients", "has no free connection left"),
    ("remaining connection slots", "has no free connection left"),
    ("too many connections", "has no free connection left"),
    ("database system is", "is starting up, shutting down or recovering"),
    ("certificate", "has a certificate that is not accepted"),
    ("ssl", "broke the TLS handshake or does not offer TLS"),
)
_LOST = (
    "server closed the connection",
    "connection reset",
    "terminating connection",
    "has been closed unexpectedly",
    "connection already closed",
    "broken pipe",
    "eof detected",
)


class ConnectionLost(Unreachable):
    """An established connection broke; the read may be repeated once."""


class ServerRefused(Unreachable):
    """The server itself said that it takes no connection: starting up, or all are used."""


def translated(error: psycopg2.Error, dsn: Dsn) -> Blind:
    """Make the error of a connection attempt or a query one of ours, as a sentence without a secret."""
    text = str(error).strip()
    if any(words in text.lower() for words in _LOST):
        return ConnectionLost(f"{dsn.server} closed the connection; expected an answer. Next: {_psql(dsn)}")
    if error.pgcode is None:
        return _no_connection(text, dsn)
    return _refused_query(error.pgcode, _first_line(text), dsn)


def too_late(dsn: Dsn, seconds: float, *, connected: bool) -> Blind:
    """The sentence for a server that accepts and then says nothing."""
    if connected:
        return NoAnswerInTime(f"{dsn.server} did not answer a query within {seconds:g} s. Next: {_psql(dsn)}")
    return Unreachable(f"{dsn.server} did not let us connect within {seconds:g} s. Next: {_psql(dsn)}")


def _no_connection(text: str, dsn: Dsn) -> Blind:
    lowered = text.lower()
    if "fatal" in lowered and "database" in lowered and "does not exist" in lowered:
        return NotFound(f"{dsn.server}: the server has no such database; look at the name in the connection string")
    if any(words in lowered for words in _REFUSED_LOGIN):
        return NotAuthorised(
            f'{dsn.server} refused the login of role "{dsn.role}"; expected the password and network it knows. Look at '
            "the connection string's variable (was the password changed?) and at the server's pg_hba.conf"
        )
    for words, reason in _REASONS:
        if words in lowered:
            found = ServerRefused if "fatal" in lowered else Unreachable
            return found(f"{dsn.server} {reason}; expected a connection. Next: {_psql(dsn)}")
    kind = Blind if "fatal" in lowered else Unreachable
    return kind(f"{dsn.server} gave no connection: {_first_line(text)[-200:]}. Next: {_psql(dsn)}")


def _refused_query(code: str, line: str, dsn: Dsn) -> Blind:
    if code in {"42501", "28000", "28P01"}:
        return NotAuthorised(f'{dsn.server}: {line} (role "{dsn.role}"). Next, as owner: {_grant(line, dsn)}')
    if code in {"42P01", "42703", "3F000", "3D000"}:
        return NotFound(
            f"{dsn.server}: {line}; expected it as the application's migrations make it. Look at the database name and "
            "the schema in the connection string, or take the part out of the target file"
        )
    if code in {"57014", "55P03"}:
        return NoAnswerInTime(f"{dsn.server}: {line}; expected an answer in time. Look at pg_stat_activity")
    if code == "25006":
        return Blind(f"{dsn.server}: {line}; an observation may only read. Correct the query of the check")
    return Blind(f"{dsn.server}: {line} (SQLSTATE {code}). Correct the query of the check")


def _grant(line: str, dsn: Dsn) -> str:
    found = re.search(r"permission denied for (\w+) (\S+)", line)
    kind, name = (found[1], found[2].strip('"')) if found else ("table", "TABLE")
    if kind == "schema":
        return f'GRANT USAGE ON SCHEMA "{name}" TO "{dsn.role}"'
    return f'GRANT SELECT {READABLE.get(name, "")} ON "{name}" TO "{dsn.role}"'.replace("  ", " ")


def _first_line(text: str) -> str:
    """The server's message without position and context lines, which may hold row values."""
    return text.splitlines()[0].strip() if text else "no message"


def _psql(dsn: Dsn) -> str:
    host, port = dsn.server.partition("/")[0].rsplit(":", 1)
    return f"pg_isready -h {host} -p {port}"
