"""Connection strings and the words of servers that did not let us in."""

from __future__ import annotations

import psycopg2
import pytest

from ops_tests.clients.database_dsn import read_dsn
from ops_tests.clients.database_errors import ServerRefused, translated
from ops_tests.errors import Blind, NotAuthorised, NotFound, Unreachable
from ops_tests.target import Secret


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  ",
        "top-secret",
        "file:./dev.db",
        "mysql://u:top-secret@h/db",
        "postgresql://u:top-secret@h:port/db",
        "postgresql://u:top-secret/x@h/db",
        "postgresql://u:x@top-secret@h/db",
    ],
)
def test_what_is_no_connection_string_is_not_shown(text: str) -> None:
    with pytest.raises(Blind, match="the value of DATABASE_URL is not a connection string") as caught:
        read_dsn(Secret("DATABASE_URL", text))
    assert "top-secret" not in str(caught.value)


def test_the_parameters_of_prisma_are_understood() -> None:
    dsn = read_dsn(Secret("D", "postgresql://u:p@h/db?schema=shop&connection_limit=5&pgbouncer=true&sslmode=require"))
    assert dsn.parameters == {"user": "u", "password": "p", "host": "h", "dbname": "db", "sslmode": "require"}
    assert dsn.schema == "shop"


def test_a_hash_sign_in_a_password_hides_no_parameter() -> None:
    dsn = read_dsn(Secret("D", "postgresql://u:p#w@h/db?schema=public"))
    assert (dsn.parameters["password"], dsn.server, dsn.schema) == ("p#w", "h:5432/db", "public")


def test_keywords_and_values_are_a_connection_string_too() -> None:
    dsn = read_dsn(Secret("D", "host=h port=6543 user=u password='p w' dbname=db"))
    assert (dsn.server, dsn.role) == ("h:6543/db", "u")


def test_a_connection_string_taken_apart_shows_no_password() -> None:
    assert repr(read_dsn(Secret("D", "postgresql://u:top-secret@h/db"))) == "Dsn(h:5432/db)"


def test_along_a_way_the_address_is_another_and_the_certificate_s_name_the_same() -> None:
    dsn = read_dsn(Secret("D", "postgresql://u:p@db.internal:5432/db?sslmode=verify-full")).by_way_of("127.0.0.1", 4711)
    given = dsn.parameters
    assert (given["host"], given["hostaddr"], given["port"]) == ("db.internal", "127.0.0.1", "4711")
    assert (dsn.server, given["sslmode"]) == ("127.0.0.1:4711/db", "verify-full")


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ('FATAL:  no pg_hba.conf entry for host "1.2.3.4", user "u"', NotAuthorised, "refused the login"),
        ('FATAL:  role "u" is not permitted to log in', NotAuthorised, "refused the login"),
        ('FATAL:  database "db" does not exist', NotFound, "no such database"),
        ("FATAL:  sorry, too many clients already", ServerRefused, "no free connection left"),
        ("FATAL:  the database system is starting up", ServerRefused, "is starting up"),
        ("FATAL:  something new", Blind, "gave no connection: FATAL"),
        ("SSL error: certificate verify failed", Unreachable, "a certificate that is not accepted"),
        ("server does not support SSL, but SSL was required", Unreachable, "does not offer TLS"),
        ("Network is unreachable", Unreachable, "cannot be routed to"),
        ("Operation timed out", Unreachable, "did not accept a connection in time"),
        ("something new", Unreachable, "gave no connection: something new"),
        ("", Unreachable, "gave no connection: no message"),
    ],
)
def test_what_libpq_says_has_a_kind(text: str, kind: type[Blind], words: str) -> None:
    error = translated(psycopg2.OperationalError(text), read_dsn(Secret("D", "postgresql://u:p@h/db")))
    assert type(error) is kind
    assert words in str(error)
