"""Connection strings as applications write them, made fit for libpq."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode

import psycopg2
from psycopg2.extensions import parse_dsn

from ops_tests.errors import Blind

if TYPE_CHECKING:
    from ops_tests.target import Secret

PRISMA_ONLY = frozenset(
    {
        "schema",
        "connection_limit",
        "pool_timeout",
        "socket_timeout",
        "pgbouncer",
        "statement_cache_size",
        "sslidentity",
        "sslaccept",
        "single_use_connections",
    }
)
"""Parameters of Prisma's connection strings that libpq does not know and refuses."""


@dataclass(frozen=True)
class Dsn:
    """A connection string taken apart.

    Attributes:
        parameters: What libpq is given. Holds the password.
        schema: Prisma's ``?schema=``, or "".
    """

    parameters: dict[str, str]
    schema: str

    @property
    def server(self) -> str:
        """Host, port and database name: what may be shown."""
        host = self.parameters.get("hostaddr") or self.parameters.get("host", "localhost")
        port = self.parameters.get("port", "5432")
        return f"{host}:{port}/{self.parameters.get('dbname', self.role)}"

    @property
    def role(self) -> str:
        """The role that logs in, or ""."""
        return self.parameters.get("user", "")

    def by_way_of(self, host: str, port: int) -> Dsn:
        """The same database at another address; its own host name stays what a certificate is compared with."""
        return Dsn({**self.parameters, "hostaddr": host, "port": str(port)}, self.schema)

    def __repr__(self) -> str:
        return f"Dsn({self.server})"


def read_dsn(secret: Secret) -> Dsn:
    """Take a connection string apart, a Prisma one too.

    Raises:
        Blind: It is not a connection string. The message names its variable and shows nothing of it.
    """
    try:
        text, schema = _without_prisma(secret.reveal().strip())
        parameters = {key: str(value) for key, value in parse_dsn(text).items()}
    except (psycopg2.Error, ValueError):
        parameters = {}
    if not parameters or _torn(parameters):
        raise Blind(
            f"the value of {secret.variable} is not a connection string of PostgreSQL; expected "
            "postgresql://ROLE:PASSWORD@HOST:5432/DATABASE, with special characters of the password URL-encoded. "
            f"Next: psql \"${secret.variable}\" -c 'SELECT 1'"
        )
    return Dsn(parameters, schema)


def _torn(parameters: dict[str, str]) -> bool:
    """Whether a password with an unencoded ``@`` or ``/`` spilt into host or port, where messages would show it."""
    ports = parameters.get("port", "").split(",")
    return "@" in parameters.get("host", "") or any(port and not port.isdigit() for port in ports)


def _without_prisma(text: str) -> tuple[str, str]:
    address, mark, query = text.partition("?")
    if "://" not in address or not mark:
        return text, ""
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = urlencode([pair for pair in pairs if pair[0] not in PRISMA_ONLY], quote_via=quote)
    return f"{address}?{kept}", dict(pairs).get("schema", "")
