"""The operator's role: what it may do is what the commands need, and no more."""

from __future__ import annotations

from contextlib import closing, suppress

import psycopg2
import pytest
from psycopg2 import errors

from ops_tests.clients.acting.operator_database import OperatorDatabase
from ops_tests.errors import NotAuthorised
from ops_tests.permit import grant
from ops_tests.plugin.redaction import Redactor
from tests.house.layer_rules import imports
from tests.house.source import read
from tests.letters.conftest import Mail
from tests.running import REPOSITORY


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE dead_letters SET payload = ''",
        "UPDATE dead_letters SET shop = ''",
        "INSERT INTO dead_letters (id, topic, shop, payload, error, stack) VALUES ('a', 'b', 'c', 'd', 'e', 'f')",
        "TRUNCATE dead_letters",
        "DROP TABLE dead_letters",
        "INSERT INTO webhook_events DEFAULT VALUES",
        'UPDATE webhook_events SET "processedAt" = now()',
        'SELECT "accessToken" FROM "Session"',
        'DELETE FROM "Session"',
        'UPDATE "Session" SET shop = shop',
        "SELECT * FROM _prisma_migrations",
    ],
)
def test_the_role_may_not(mail: Mail, statement: str) -> None:
    with (
        closing(psycopg2.connect(mail.sandbox.environment["OPERATOR_DATABASE_URL"])) as connection,
        connection.cursor() as cursor,
        pytest.raises(errors.InsufficientPrivilege),
    ):
        cursor.execute(statement)


def test_what_a_role_lacks_is_told_with_the_script_that_grants_it(mail: Mail) -> None:
    reader = OperatorDatabase(grant(mail.target(), ("sandbox-live",), "run"), mail.target().secret("DATABASE_URL"))
    with (
        pytest.raises(NotAuthorised, match=r"expected what ops_tests/sandbox/operator_role\.sql grants"),
        reader.transaction() as transaction,
    ):
        transaction.rows("SELECT payload FROM dead_letters")


def test_an_error_undoes_what_was_done_before_it(mail: Mail) -> None:
    letter = mail.plant("SHOP_REDACT")
    operators = OperatorDatabase(
        grant(mail.target(), ("sandbox-live",), "run"), mail.target().secret("OPERATOR_DATABASE_URL")
    )
    with suppress(NotAuthorised), operators.transaction() as transaction:
        transaction.rows('UPDATE dead_letters SET "retryCount" = 7 WHERE id = %s', (letter,))
        transaction.rows("UPDATE dead_letters SET payload = ''")
    assert mail.row(letter)[0] == 0


def test_its_connection_string_is_redacted_when_it_is_set(mail: Mail) -> None:
    dsn = mail.sandbox.environment["OPERATOR_DATABASE_URL"]
    said = Redactor(mail.target().known_secrets()).text(f"it is {dsn}")
    assert said == "it is [OPERATOR_DATABASE_URL redacted]"


def test_no_observing_suite_loads_what_acts_on_letters() -> None:
    package = REPOSITORY / "ops_tests"
    sources = [one for part in ("plugin", "checks", "rules") for one in read(package / part)]
    named = ("clients.acting.dead_letters", "clients.acting.operator_database", "clients.acting.replays")
    loads = [(source.path, one.name) for source in sources for one in imports(source)]
    assert not [(path, name) for path, name in loads if any(part in name for part in named)]
