"""Read-only, proved: what the documented role may do, and that no suite changes a row but the announced ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors

from ops_tests.clients.database import Database
from ops_tests.errors import Blind
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.sandbox.postgres import DATABASE
from ops_tests.sandbox.tables import READER
from ops_tests.target import Secret
from tests.patience import patient
from tests.row_photograph import Photograph, taken, unexplained
from tests.running import environment, run_suite
from tests.superuser import superuser_of

WITHOUT_A_PAST = {
    f"objectives/{name}": ("blind", None) for name in ("uptime_is_within_the_objective", "outages_are_short")
}
"""The first run of a live target knows no probes."""
SENDS = {
    "smoke": set(),
    "monthly": set(),
    "daily": {"signed"},
    "weekly": {"signed", "forged", "unsigned"},
    "post_deploy": {"signed", "forged", "unsigned"},
    "audit": {"forged", "unsigned"},
    "dr_drill": {"signed"},
}
"""What kinds of deliveries each suite sends."""
WRITES = (
    "INSERT INTO {table} DEFAULT VALUES",
    "UPDATE {table} SET {column} = {column}",
    "DELETE FROM {table}",
    "TRUNCATE {table}",
    "CREATE TABLE ops (LIKE {table})",
    "CREATE INDEX ON {table} ({column})",
    "CREATE TRIGGER ops BEFORE UPDATE ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "ALTER TABLE {table} ADD COLUMN ops int",
    "DROP TABLE {table}",
    "ALTER TABLE {table} OWNER TO CURRENT_USER",
)
COLUMNS = """
    SELECT attrelid::regclass::text, quote_ident(attname), has_column_privilege(%s, attrelid, attnum, 'SELECT')
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
     ORDER BY attrelid::regclass::text, attnum"""
SECRET_COLUMNS = {
    '"Session"': {"state", "scope", '"accessToken"', '"userId"', '"firstName"', '"lastName"', "email",
                  '"accountOwner"', "locale", "collaborator", '"emailVerified"'},
    "dead_letters": {"payload"},
}  # fmt: skip
"""What the role may not read."""


@pytest.fixture(scope="module")
def live() -> Iterator[Sandbox]:
    """A sandbox that is up before and after each run, as a real target is."""
    started = Sandbox.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def superuser(live: Sandbox) -> Iterator[Any]:
    """A cursor that may see everything in ``live``."""
    with superuser_of(live) as cursor:
        yield cursor


@pytest.fixture(scope="module")
def spoilt() -> Iterator[tuple[Sandbox, Any]]:
    """A sandbox whose rows may be harmed, and a cursor that may do it."""
    started = Sandbox.start()
    with superuser_of(started) as cursor:
        yield started, cursor
    started.stop()


@contextmanager
def _as_reader(live: Sandbox, opening: str) -> Iterator[Any]:
    """A cursor of the documented role that has left the read-only mode."""
    with closing(psycopg2.connect(live.environment["DATABASE_URL"])) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(opening)
            yield cursor


@pytest.fixture(scope="module")
def columns(superuser: Any) -> list[tuple[str, str, bool]]:
    """Table, column, and whether the documented role may read it; found, not listed."""
    superuser.execute(COLUMNS, [READER])
    found: list[tuple[str, str, bool]] = superuser.fetchall()
    assert len({table for table, _, _ in found}) >= 4
    return found


@pytest.mark.parametrize("opening", ["SET default_transaction_read_only = off", "BEGIN READ WRITE"])
@pytest.mark.parametrize("write", WRITES)
def test_every_write_to_every_table_is_refused_for_want_of_rights(
    live: Sandbox, columns: list[tuple[str, str, bool]], opening: str, write: str
) -> None:
    assert DATABASE in live.environment["DATABASE_URL"]
    first = {table: column for table, column, _ in reversed(columns)}
    for table, column in first.items():
        with _as_reader(live, opening) as cursor:
            cursor.execute("SHOW transaction_read_only")
            assert cursor.fetchone() == ("off",)
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(write.format(table=table, column=column))


@pytest.mark.parametrize("write", ["CREATE TABLE public.ops (id int)", "CREATE SCHEMA ops", "CREATE ROLE ops"])
def test_nothing_new_can_be_made(live: Sandbox, write: str) -> None:
    opened = _as_reader(live, "SET default_transaction_read_only = off")
    with opened as cursor, pytest.raises(errors.InsufficientPrivilege):
        cursor.execute(write)


def test_tokens_names_and_payloads_are_refused_and_all_else_is_readable(
    live: Sandbox, columns: list[tuple[str, str, bool]]
) -> None:
    refused: dict[str, set[str]] = {}
    with _as_reader(live, "SET default_transaction_read_only = on") as cursor:
        for table, column, readable in columns:
            try:
                cursor.execute(f"SELECT {column} FROM {table}")
            except errors.InsufficientPrivilege:
                refused.setdefault(table, set()).add(column)
                assert not readable
    assert refused == SECRET_COLUMNS


@pytest.mark.parametrize(
    "query",
    [
        'SELECT * FROM "Session"',
        'SELECT one::text FROM "Session" AS one',
        'SELECT shop FROM "Session" ORDER BY "accessToken"',
        "SELECT id FROM dead_letters WHERE payload LIKE '%a%'",
        "SELECT to_jsonb(one) FROM dead_letters AS one",
        "CREATE TEMPORARY TABLE copied AS SELECT * FROM dead_letters",
    ],
)
def test_no_way_round_leads_to_them(live: Sandbox, query: str) -> None:
    opened = _as_reader(live, "SET default_transaction_read_only = off")
    with opened as cursor, pytest.raises(errors.InsufficientPrivilege):
        cursor.execute(query)


@pytest.mark.parametrize(
    ("suite", "more"),
    [
        pytest.param(suite, more, marks=[pytest.mark.long] if kinds else [], id=" ".join((suite, *more)))
        for suite, kinds in SENDS.items()
        for more in ((), ("-n", "2"))
        if not more or suite == "post_deploy"
    ],
)
def test_a_suite_changes_no_row_but_those_it_announces(
    live: Sandbox, superuser: Any, tmp_path: Path, suite: str, more: tuple[str, ...]
) -> None:
    write_files(live, tmp_path)
    file = tmp_path / "target.toml"
    file.write_text(patient(file.read_text(encoding="utf-8")), encoding="utf-8")
    before = taken(superuser)
    marked = f"{suite} and not acts" if suite == "dr_drill" else suite
    finished = run_suite(tmp_path, f"--target={file}", "-m", marked, *more, environ=environment(**live.environment))
    after = taken(superuser)

    unseen = WITHOUT_A_PAST if suite == "monthly" else {}
    assert (finished.status, finished.turned()) == (10 if unseen else 0, unseen), finished.output
    assert finished.record is not None
    sent = finished.record.deliveries
    assert {one.kind for one in sent} == SENDS[suite]
    assert all(one.shop.startswith(f"ops-synthetic-{finished.record.run_id}-") for one in sent)
    assert unexplained(before, after, [(one.webhook_id, one.shop) for one in sent if one.kind == "signed"]) == []
    page = (tmp_path / "reports" / "latest.html").read_text(encoding="utf-8")
    assert [one for one in sent if one.webhook_id not in page or one.shop not in page] == []


HIDDEN = {
    "written anew as it was": "UPDATE webhook_events SET topic = topic",
    "changed": """UPDATE "Session" SET scope = 'read_all'""",
    "added and taken away": """
        INSERT INTO webhook_events (id, topic, shop) VALUES ('hidden', 't', 's');
        DELETE FROM webhook_events WHERE id = 'hidden'""",
    "added": "INSERT INTO webhook_events (id, topic, shop) VALUES (gen_random_uuid()::text, 't', 'ops-synthetic-x-1')",
    "put aside": """
        INSERT INTO dead_letters (id, topic, shop, payload, error)
        VALUES (gen_random_uuid()::text, 't', 's', '{}', 'e')""",
    "taken away": "DELETE FROM dead_letters WHERE id = (SELECT min(id) FROM dead_letters)",
    "a table": "CREATE TABLE hidden_in_a_read (id int)",
    "a table elsewhere": "CREATE SCHEMA hidden; CREATE TABLE hidden.notes (id int)",
    "emptied": "TRUNCATE _prisma_migrations",
}
"""Writes that a read may hide."""


def _photographs_around(spoilt: tuple[Sandbox, Any], write: str, end: str) -> tuple[Photograph, Photograph]:
    """Before and after the documented role read ``SELECT peek()``, which hides the write."""
    sandbox, superuser = spoilt
    superuser.execute(
        "CREATE OR REPLACE FUNCTION peek() RETURNS int LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = public AS $body$ BEGIN {write}; RETURN 1; END $body$"
    )
    before = taken(superuser)
    with _as_reader(sandbox, "BEGIN READ WRITE") as cursor:
        cursor.execute("SELECT peek()")
        cursor.execute(end)
    return before, taken(superuser)


@pytest.mark.parametrize("write", HIDDEN.values(), ids=HIDDEN)
def test_a_write_hidden_in_a_read_is_seen(spoilt: tuple[Sandbox, Any], write: str) -> None:
    before, after = _photographs_around(spoilt, write, "COMMIT")
    assert unexplained(before, after, [])


def test_even_a_hidden_write_that_was_rolled_back_is_seen(spoilt: tuple[Sandbox, Any]) -> None:
    before, after = _photographs_around(spoilt, HIDDEN["put aside"], "ROLLBACK")
    assert after.rows == before.rows
    assert unexplained(before, after, []) == ["public.dead_letters: 1 insertions, 0 updates, 0 deletions"]


def test_a_read_that_hides_nothing_is_not_accused(spoilt: tuple[Sandbox, Any]) -> None:
    before, after = _photographs_around(spoilt, "PERFORM count(*) FROM webhook_events", "COMMIT")
    assert unexplained(before, after, []) == []


def test_a_row_nobody_announced_and_an_announced_one_that_is_missing_are_seen(spoilt: tuple[Sandbox, Any]) -> None:
    insert = "INSERT INTO webhook_events (id, topic, shop) VALUES ('{}', 't', 'ops-synthetic-x-9.myshopify.com')"
    before, after = _photographs_around(spoilt, insert.format("ours"), "COMMIT")
    ours = ("ours", "ops-synthetic-x-9.myshopify.com")
    assert unexplained(before, after, [ours]) == []
    for announced in ([], [("other", ours[1])], [("ours", "other")], [ours, ("more", ours[1])]):
        assert unexplained(before, after, announced)


def test_the_client_s_own_transaction_refuses_what_a_read_hides(spoilt: tuple[Sandbox, Any]) -> None:
    _photographs_around(spoilt, HIDDEN["changed"], "ROLLBACK")
    reader = Database(Secret("DATABASE_URL", spoilt[0].environment["DATABASE_URL"]))
    with pytest.raises(Blind, match="cannot execute UPDATE in a read-only transaction"):
        reader.rows("SELECT peek()")
