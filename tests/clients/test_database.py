"""The database client against a real PostgreSQL: what it reads, what it refuses, and how long it waits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg2
import pytest

from ops_tests.clients import database, database_connection
from ops_tests.clients.database import Database
from ops_tests.errors import Blind, NoAnswerInTime, NotAuthorised, NotCovered, NotFound, Unreachable
from ops_tests.records.database import DeadLetter, Migration, WebhookEvent
from ops_tests.sandbox.postgres import DATABASE, Postgres
from ops_tests.target import Secret

Fill = Callable[[str], None]


def connected(dsn: str, remarks: list[str] | None = None) -> Database:
    return Database(Secret("DATABASE_URL", dsn), (remarks if remarks is not None else []).append)


@pytest.fixture
def owner(postgres: Postgres) -> Database:
    """The role that may do everything."""
    return connected(postgres.dsn())


@pytest.fixture
def reader(postgres: Postgres) -> Database:
    """The role with our columns only."""
    return connected(postgres.dsn("reader", "reading"))


@pytest.fixture
def other(postgres: Postgres) -> Iterator[Any]:
    """Another connection, with a transaction of its own."""
    connection = psycopg2.connect(postgres.dsn())
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


def test_rows_come_with_parameters(reader: Database) -> None:
    assert reader.rows("SELECT %s::int, %s", (1, "x; y")) == [(1, "x; y")]


def test_without_parameters_a_percent_sign_is_itself(reader: Database) -> None:
    assert reader.rows("SELECT 'a' LIKE 'a%'") == [(True,)]


def test_a_statement_without_rows_gives_none(reader: Database) -> None:
    assert reader.rows("COMMIT") == []


@pytest.mark.parametrize(
    "write",
    [
        "DELETE FROM webhook_events",
        "INSERT INTO webhook_events (id, topic, shop) VALUES ('1', 't', 's')",
        "CREATE TABLE mine (id int)",
        "TRUNCATE webhook_events",
        "WITH gone AS (DELETE FROM webhook_events RETURNING id) SELECT id FROM gone",
        "SELECT id FROM webhook_events FOR UPDATE",
    ],
)
def test_the_server_refuses_even_the_owner_a_write(owner: Database, write: str) -> None:
    with pytest.raises(Blind, match="read-only transaction; an observation may only read"):
        owner.rows(write)


@pytest.mark.parametrize("end", ["COMMIT", "ROLLBACK", "SET TRANSACTION READ WRITE", "SELECT 1"])
def test_a_second_statement_never_reaches_the_server(owner: Database, tables: Fill, end: str) -> None:
    tables("INSERT INTO webhook_events (id, topic, shop) VALUES ('1', 't', 's')")
    with pytest.raises(Blind, match="holds a semicolon; expected one statement"):
        owner.rows(f"{end}; DELETE FROM webhook_events")
    assert owner.rows("SELECT count(*) FROM webhook_events") == [(1,)]


def test_leaving_the_read_only_mode_helps_nobody(owner: Database, tables: Fill) -> None:
    tables("INSERT INTO webhook_events (id, topic, shop) VALUES ('1', 't', 's')")
    with pytest.raises(Blind, match="must be set before any query"):
        owner.rows("SET TRANSACTION READ WRITE")
    owner.rows("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    with pytest.raises(Blind, match="read-only transaction"):
        owner.rows("DELETE FROM webhook_events")


def test_one_semicolon_at_the_end_is_no_second_statement(reader: Database) -> None:
    assert reader.rows("SELECT 1;") == [(1,)]


def test_the_session_has_its_timeouts_and_its_name(reader: Database) -> None:
    settings = "statement_timeout", "lock_timeout", "application_name", "transaction_read_only"
    rows = reader.rows("SELECT current_setting(name) FROM unnest(%s::text[]) AS name", (list(settings),))
    assert rows == [("5s",), ("1s",), ("ops-tests",), ("on",)]


def test_no_connection_is_left_open(owner: Database, eventually: Callable[..., bool]) -> None:
    with pytest.raises(Blind) as _caught:  # it would hold a connection that nobody closed
        owner.rows("SELECT 1 / 0")
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ops-tests' AND pid <> pg_backend_pid()"
    assert eventually(lambda: owner.rows(query) == [(0,)])


def test_an_answer_has_its_time_version_and_server(reader: Database, postgres: Postgres) -> None:
    attempt = reader.answer()
    assert attempt.server == f"127.0.0.1:{postgres.port}/{DATABASE}"
    assert attempt.seconds is not None
    assert attempt.seconds > 0
    assert attempt.server_version.startswith("18.")
    assert attempt.unreachable == ""


def test_of_a_replica_no_rows_are_read(postgres: Postgres, replica: Postgres) -> None:
    of_replica = connected(replica.dsn("reader", "reading"))
    reads: list[Callable[[], object]] = [
        of_replica.dead_letters,
        of_replica.migrations,
        lambda: of_replica.sessions_with_prefix("ops"),
        lambda: of_replica.webhook_events(["1"], []),
        lambda: of_replica.rows("SELECT 1"),
    ]
    for read in reads:
        with pytest.raises(NotCovered, match="may be behind; expected the primary") as caught:
            read()
        assert str(caught.value).startswith(f"127.0.0.1:{replica.port}/{DATABASE} is a replica (")
        assert 'psql "$DATABASE_URL"' in str(caught.value)
        assert "reading" not in str(caught.value)


def test_a_replica_answers_and_says_what_it_is_and_how_far_it_has_come(
    postgres: Postgres, replica: Postgres, tables: Fill, eventually: Callable[..., bool]
) -> None:
    tables("INSERT INTO webhook_events (id, topic, shop) VALUES ('1', 't', 's')")
    of_replica = connected(replica.dsn("reader", "reading"))
    lag = re.compile(r"a replica \(the newest transaction it has replayed is \d+ s old\)")
    assert eventually(lambda: lag.fullmatch(of_replica.answer().replica) is not None)
    attempt = of_replica.answer()
    assert (attempt.unreachable, attempt.seconds is not None) == ("", True)
    assert connected(postgres.dsn("reader", "reading")).answer().replica == ""


def test_a_replica_is_told_by_the_round_trip_that_opens_the_transaction(
    postgres: Postgres, reader: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[bool] = []
    wait = database_connection.settled

    def counted(connection: Any, dsn: Any, seconds: float, *, connected: bool) -> None:
        waits.append(connected)
        wait(connection, dsn, seconds, connected=connected)

    monkeypatch.setattr(database_connection, "settled", counted)
    reader.rows("SELECT 1")
    assert waits == [False, True, True]  # connecting, the opening, the statement
    assert len(waits) - 1 == database.QUERIES


def test_a_refused_connection_is_part_of_the_answer() -> None:
    attempt = connected("postgresql://reader:top-secret@127.0.0.1:1/app").answer()
    assert attempt.seconds is None
    assert attempt.unreachable.startswith("127.0.0.1:1/app refused the connection; expected a connection.")
    assert "top-secret" not in attempt.unreachable


def test_a_name_nobody_knows_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="has a name that DNS does not resolve"):
        connected("postgresql://reader:x@no-such-host.invalid/app").rows("SELECT 1")


def test_a_server_that_accepts_and_says_nothing_is_given_up(
    serve: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "CONNECT_SECONDS", 0.3)
    address = serve([30.0]).removeprefix("http://")
    attempt = connected(f"postgresql://reader:x@{address}/app").answer()
    assert "did not let us connect within 0.3 s" in attempt.unreachable


def test_a_server_that_hangs_up_is_asked_twice(serve: Callable[..., str], remarks: list[str]) -> None:
    address = serve([]).removeprefix("http://")
    with pytest.raises(Unreachable, match="closed the connection"):
        connected(f"postgresql://reader:x@{address}/app", remarks).rows("SELECT 1")
    assert remarks == [f"{address}/app closed the connection; read again at once"]


def test_a_broken_connection_is_repeated_once(postgres: Postgres, remarks: list[str]) -> None:
    with pytest.raises(Unreachable, match="closed the connection"):
        connected(postgres.dsn(), remarks).rows("SELECT pg_terminate_backend(pg_backend_pid())")
    assert len(remarks) == 1


def test_a_wrong_password_is_not_authorised_and_not_shown(postgres: Postgres) -> None:
    with pytest.raises(NotAuthorised, match='refused the login of role "reader"') as caught:
        connected(postgres.dsn("reader", "top-secret")).answer()
    assert "top-secret" not in str(caught.value)


def test_an_unknown_database_is_not_found(postgres: Postgres) -> None:
    with pytest.raises(NotFound, match="no such database"):
        connected(postgres.dsn(database="nowhere")).answer()


def test_a_missing_permission_says_what_to_grant(postgres: Postgres) -> None:
    with pytest.raises(NotAuthorised) as caught:
        connected(postgres.dsn("stranger", "nothing")).sessions_with_prefix("ops")
    assert 'GRANT SELECT (id, shop, "isOnline", expires) ON "Session" TO "stranger"' in str(caught.value)


@pytest.mark.parametrize("column", ['"accessToken" FROM "Session"', "payload FROM dead_letters"])
def test_the_reader_may_not_see_what_we_never_need(reader: Database, column: str) -> None:
    with pytest.raises(NotAuthorised, match="permission denied"):
        reader.rows(f"SELECT {column}")


@pytest.mark.parametrize(
    ("query", "named"),
    [("SELECT 1 FROM no_table", 'relation "no_table"'), ("SELECT nope FROM webhook_events", 'column "nope"')],
)
def test_an_unknown_table_or_column_is_named(reader: Database, query: str, named: str) -> None:
    with pytest.raises(NotFound, match=named):
        reader.rows(query)


def test_another_error_bears_its_sqlstate(reader: Database) -> None:
    with pytest.raises(Blind, match="SQLSTATE 22012"):
        reader.rows("SELECT 1 / 0")


def test_a_slow_statement_is_ended_by_the_server(reader: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "STATEMENT_SECONDS", 0.2)
    with pytest.raises(NoAnswerInTime, match="canceling statement due to statement timeout"):
        reader.rows("SELECT pg_sleep(30)")


def test_a_silent_server_is_given_up(reader: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SILENCE_SECONDS", 0.3)
    with pytest.raises(NoAnswerInTime, match=r"did not answer a query within 0\.3 s"):
        reader.rows("SELECT pg_sleep(2)")


def test_a_lock_is_not_waited_for(reader: Database, other: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "LOCK_SECONDS", 0.2)
    other.execute("LOCK TABLE dead_letters IN ACCESS EXCLUSIVE MODE")
    with pytest.raises(NoAnswerInTime, match="canceling statement due to lock timeout"):
        reader.dead_letters()


def test_dead_letters_are_those_nobody_replayed_oldest_first(reader: Database, tables: Fill) -> None:
    tables("""INSERT INTO dead_letters (id, topic, shop, payload, error, "retryCount", "retriedAt", "createdAt") VALUES
        ('young', 'shop/redact', 's', '{}', 'e', 0, NULL, '2026-08-20 12:00'),
        ('old', 'app/uninstalled', 's', '{}', 'e', 3, NULL, '2026-08-20 10:00'),
        ('done', 'app/uninstalled', 's', '{}', 'e', 1, '2026-08-20 11:00', '2026-08-20 09:00')""")
    letters = reader.dead_letters()
    assert letters.count == 2
    assert letters.oldest_first == (
        DeadLetter("old", "app/uninstalled", 3, datetime(2026, 8, 20, 10, tzinfo=UTC)),
        DeadLetter("young", "shop/redact", 0, datetime(2026, 8, 20, 12, tzinfo=UTC)),
    )


def test_without_dead_letters_there_is_still_the_databases_clock(reader: Database, tables: Fill) -> None:
    letters = reader.dead_letters()
    assert (letters.count, letters.oldest_first) == (0, ())
    assert abs(letters.read_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_the_clock_is_utc_whatever_the_servers_time_zone(postgres: Postgres, tables: Fill) -> None:
    far = connected(postgres.dsn("reader", "reading") + "?options=-c%20TimeZone%3DPacific/Auckland")
    assert far.rows("SHOW TimeZone") == [("Pacific/Auckland",)]
    assert abs(far.dead_letters().read_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_of_very_many_dead_letters_a_thousand_are_read_and_all_are_counted(reader: Database, tables: Fill) -> None:
    tables("""INSERT INTO dead_letters (id, topic, shop, payload, error)
              SELECT n::text, 't', 's', '{}', 'e' FROM generate_series(1, 1200) AS n""")
    letters = reader.dead_letters()
    assert (letters.count, len(letters.oldest_first)) == (1200, 1000)


def test_migrations_come_in_their_order_and_in_utc(reader: Database, tables: Fill) -> None:
    tables("""INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, logs) VALUES
        ('2', 'c', 'second', '2026-08-20 12:00+02', NULL, 'it failed'),
        ('1', 'c', 'first', '2026-08-19 12:00+02', '2026-08-19 12:01+02', NULL)""")
    day = datetime(2026, 8, 19, 10, tzinfo=UTC)
    assert reader.migrations() == (
        Migration("first", day, day + timedelta(minutes=1)),
        Migration("second", day + timedelta(days=1), None, failed=True),
    )


def test_sessions_are_counted_by_the_beginning_of_their_shop(reader: Database, tables: Fill) -> None:
    tables("""INSERT INTO "Session" (id, shop, state, "accessToken") VALUES
        ('1', 'ops-synthetic-1.myshopify.com', '', ''), ('2', 'OPS-Synthetic.myshopify.com', '', ''),
        ('3', 'not-ops-synthetic.myshopify.com', '', ''), ('4', 'ops_synthetic.myshopify.com', '', '')""")
    assert reader.sessions_with_prefix("ops-synthetic") == 2


def test_a_prefix_is_no_pattern(reader: Database, tables: Fill) -> None:
    tables("""INSERT INTO "Session" (id, shop, state, "accessToken") VALUES ('1', 'real.myshopify.com', '', '')""")
    assert reader.sessions_with_prefix("re%") == 0


def test_webhook_events_are_found_by_id_or_shop(reader: Database, tables: Fill) -> None:
    tables("INSERT INTO webhook_events (id, topic, shop) VALUES ('1', 't', 'a'), ('2', 't', 'b'), ('3', 't', 'c')")
    found = reader.webhook_events(["1"], ["b"])
    assert found == (WebhookEvent("1", "t", "a"), WebhookEvent("2", "t", "b"))


def test_no_ids_and_no_shops_find_nothing(reader: Database, tables: Fill) -> None:
    tables("INSERT INTO webhook_events (id, topic, shop) VALUES ('1', 't', 'a')")
    assert reader.webhook_events([], []) == ()
