"""What goes on in a real server, as the client sees it: ages of rows, connections, transactions, waits for locks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from typing import Any

import psycopg2
import pytest

from ops_tests.clients import database_activity
from ops_tests.clients.database import Database
from ops_tests.errors import NotAuthorised, NotCovered, Unparsable
from ops_tests.records.database import DeliveryCounts, InstalledShops
from ops_tests.sandbox.postgres import Postgres
from ops_tests.target import Secret

Fill = Callable[[str], None]
Eventually = Callable[[Callable[[], bool]], bool]
EVENT = "INSERT INTO webhook_events (id, topic, shop, \"processedAt\") VALUES ('{0}', 't', 's', {1})"
LETTER = (
    """INSERT INTO dead_letters (id, topic, shop, payload, error, "retriedAt") VALUES ('{0}', 't', 's', '', '', {1})"""
)
SESSION = """INSERT INTO "Session" (id, shop, state, "isOnline", "accessToken") VALUES ('{0}', '{1}', '', {2}, '')"""
AGO = "now() AT TIME ZONE 'UTC' - interval '{0} days'"


@pytest.fixture
def owner(postgres: Postgres) -> Database:
    """The role that sees everything."""
    return Database(Secret("DATABASE_URL", postgres.dsn()))


@pytest.fixture
def reader(postgres: Postgres) -> Database:
    """The role with our columns only, and without pg_monitor."""
    return Database(Secret("DATABASE_URL", postgres.dsn("reader", "reading")))


@pytest.fixture
def other(postgres: Postgres) -> Iterator[Any]:
    """Another connection, with a transaction of its own."""
    connection = psycopg2.connect(postgres.dsn(), application_name="lunch")
    with closing(connection), connection.cursor() as cursor:
        yield cursor


def test_events_have_their_age_by_the_database_s_clock(reader: Database, tables: Fill) -> None:
    for place, days in enumerate((1, 20, 30)):
        tables(EVENT.format(place, AGO.format(days)))
    age = reader.webhook_events_age(19.5)
    assert (age.rows, age.expired) == (3, 2)
    assert age.oldest is not None
    assert (age.read_at - age.oldest).days == 30


def test_only_letters_that_were_replayed_have_an_age(reader: Database, tables: Fill) -> None:
    tables(LETTER.format("waits", "NULL"))
    age = reader.processed_letters_age(14)
    assert (age.rows, age.expired, age.oldest) == (0, 0, None)
    tables(LETTER.format("done", AGO.format(22)))
    assert (reader.processed_letters_age(21).expired, reader.processed_letters_age(23).expired) == (1, 0)


def test_deliveries_are_counted_within_the_days_and_without_our_own(reader: Database, tables: Fill) -> None:
    for place, days in enumerate((1, 13, 15)):
        tables(EVENT.format(place, AGO.format(days)))
    tables(LETTER.format("waits", "NULL"))
    assert reader.delivery_counts(14, "ops-synthetic-") == DeliveryCounts(2, 1, 14)
    assert reader.delivery_counts(30, "ops-synthetic-") == DeliveryCounts(3, 1, 30)
    tables("UPDATE webhook_events SET shop = 'OPS-synthetic-' || shop WHERE id = '0'")
    tables("UPDATE dead_letters SET shop = 'ops-synthetic-' || shop")
    assert reader.delivery_counts(14, "Ops-Synthetic-") == DeliveryCounts(1, 0, 14)


def test_shops_are_counted_by_whether_they_have_an_offline_session(reader: Database, tables: Fill) -> None:
    assert reader.installed_shops() == InstalledShops(0, 0)
    for place, (shop, online) in enumerate([("a", "false"), ("a", "true"), ("b", "true"), ("b", "true")]):
        tables(SESSION.format(place, shop, online))
    assert reader.installed_shops() == InstalledShops(2, 1)


def test_connections_are_counted_also_where_their_state_is_hidden(
    owner: Database, reader: Database, other: Any
) -> None:
    whole, part = owner.activity(), reader.activity()
    assert (whole.usable, whole.hidden) == (97, 0)
    assert whole.connections >= 2
    assert part.connections >= 2
    assert (part.hidden > 0, part.role) == (True, "reader")


def test_connections_kept_for_others_are_not_usable(owner: Database) -> None:
    (row,) = owner.rows(
        "SELECT current_setting('max_connections')::int, current_setting('superuser_reserved_connections')::int"
    )
    assert owner.activity().usable == row[0] - row[1]


def test_an_idle_transaction_is_told_with_who_and_how_long(owner: Database, reader: Database, other: Any) -> None:
    other.execute("SELECT 1")
    pid = other.connection.info.backend_pid
    (found,) = [one for one in owner.activity().idle if one.pid == pid]
    assert (found.application, found.seconds >= 0) == ("lunch", True)
    assert not reader.activity().idle
    other.connection.rollback()
    assert pid not in [one.pid for one in owner.activity().idle]


def test_a_wait_is_told_with_table_mode_and_who_is_in_front(
    owner: Database, reader: Database, other: Any, postgres: Postgres, tables: Fill, eventually: Eventually
) -> None:
    other.execute("LOCK TABLE webhook_events IN EXCLUSIVE MODE")
    waiter = psycopg2.connect(postgres.dsn(), application_name="writer")
    thread = threading.Thread(target=write, args=(waiter,))
    thread.start()
    seen = eventually(lambda: bool(owner.lock_waits()))
    (wait,) = owner.lock_waits()
    (partly,) = reader.lock_waits()
    other.connection.rollback()
    thread.join()
    assert seen
    told = (wait.pid, wait.application, wait.mode, wait.wanted, wait.blockers)
    mine, front = waiter.info.backend_pid, other.connection.info.backend_pid
    assert told == (mine, "writer", "RowExclusiveLock", "webhook_events", (front,))
    assert (partly.wanted, partly.blockers, partly.seconds > 0) == ("webhook_events", (front,), True)
    waiter.close()


def write(connection: Any) -> None:
    with suppress(psycopg2.Error), connection.cursor() as cursor:
        cursor.execute("DELETE FROM webhook_events WHERE id = 'nobody'")
    connection.rollback()


def test_a_role_that_may_not_read_a_table_is_told_what_to_grant(postgres: Postgres) -> None:
    stranger = Database(Secret("DATABASE_URL", postgres.dsn("stranger", "nothing")))
    for read in (lambda: stranger.webhook_events_age(1), stranger.installed_shops):
        with pytest.raises(NotAuthorised, match="GRANT SELECT"):
            read()


def test_a_server_that_does_not_say_since_when_leaves_us_blind() -> None:
    with pytest.raises(NotCovered, match="version 14 or newer"):
        database_activity.lock_waits([(7, "a", "ShareLock", "relation", [8], False, None)])
    assert database_activity.lock_waits([]) == ()


def test_a_wait_that_has_just_begun_has_no_time_yet() -> None:
    (wait,) = database_activity.lock_waits([(7, "a", "ShareLock", "relation", [8], True, None)])
    assert wait.seconds == 0


@pytest.mark.parametrize("row", [(0, 97, 0), (3, 0, 0), (3, 97, 3), (3, 97, -1)])
def test_totals_that_cannot_be_are_not_believed(row: tuple[int, int, int]) -> None:
    with pytest.raises(Unparsable):
        database_activity.activity([(*row, "reader", None, None, None)])
