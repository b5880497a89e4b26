"""A dump of a live database, restored: what agrees, what is left behind, and what cannot be looked at."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2 import errors

from ops_tests.acts import restoring
from ops_tests.clients import command
from ops_tests.clients.acting import dumps
from ops_tests.clients.acting.dumps import Programs
from ops_tests.clients.acting.snapshots import snapshot
from ops_tests.clients.database_dsn import read_dsn
from ops_tests.errors import (
    Blind,
    InstrumentMissing,
    NoAnswerInTime,
    NotAuthorised,
    NotCovered,
    NotFound,
    NotPermitted,
    TargetInvalid,
    Unreachable,
    UsageProblem,
)
from ops_tests.permit import grant
from ops_tests.plugin.redaction import Redactor
from ops_tests.records.restore import Archive
from ops_tests.rules import restores
from ops_tests.sandbox.postgres import installed
from ops_tests.sandbox.scratch_server import scratch_server
from ops_tests.target import Secret
from ops_tests.target_file import load_target, packaged_targets
from tests.backups.conftest import Shop
from tests.row_photograph import taken, unexplained
from tests.running import run_suite

ROW = "INSERT INTO webhook_events (id, topic, shop) VALUES (%s, 'APP_UNINSTALLED', 'late.myshopify.com')"
DETAIL = "pg_restore: while PROCESSING TOC:"
FAKE_DUMP = "#!/bin/sh\necho 'pg_dump (PostgreSQL) 15.3 (Debian 15.3-1)'\n"


def test_a_dump_taken_now_agrees_in_every_row(shop: Shop) -> None:
    restore = shop.restored()
    assert restores.differences(restore) == []
    assert restore.restored is not None
    assert restore.restored.tables == restore.live.tables
    assert {name: one.rows > 0 for name, one in restore.live.tables.items()} == dict.fromkeys(
        ("public.Session", "public._prisma_migrations", "public.dead_letters", "public.webhook_events"), True
    )


def test_what_is_written_meanwhile_is_no_difference(shop: Shop) -> None:
    said: list[str] = []

    def write(sentence: str) -> None:
        said.append(sentence)
        shop.cursor.execute(ROW, (f"meanwhile-{len(said)}",))

    assert restores.differences(shop.restored(write)) == []
    assert [one.split()[0] for one in said] == ["starting", "dumping", "counting", "restoring", "counting"]


def test_a_drill_changes_no_row(shop: Shop) -> None:
    before = taken(shop.cursor)
    shop.restored()
    assert unexplained(before, taken(shop.cursor), []) == []


def test_nothing_is_left_and_no_password_stood_among_the_arguments(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    run, typed = command.run, []

    def overheard(argv: Sequence[str], **others: Any) -> command.CommandResult:
        typed.append(list(argv))
        return run(argv, **others)

    monkeypatch.setattr(command, "run", overheard)
    shop.restored()
    (file,) = {Path(word) for words in typed for word in words[1:] if word.startswith("/")}
    password = shop.dsn.reveal().partition("@")[0].rpartition(":")[2]
    assert [Path(words[0]).name for words in typed] == ["pg_dump", "pg_dump", "pg_restore", "pg_restore"]
    assert not [words for words in typed if password in " ".join(words)]
    assert not file.parent.exists()


def test_a_changed_value_changes_the_digest_and_an_order_does_not(shop: Shop) -> None:
    def digest() -> str:
        with snapshot(shop.permit, shop.dsn) as view:
            return view.contents().tables["public.Session"].digest

    before = digest()
    shop.cursor.execute('UPDATE "Session" SET state = state')  # writes every row anew, at the end
    reordered = digest()
    shop.cursor.execute("""UPDATE "Session" SET state = 'x' WHERE "isOnline" """)
    changed = digest()
    shop.cursor.execute("""UPDATE "Session" SET state = ''""")
    assert before == reordered == digest() != changed


def dumped(shop: Shop) -> Path:
    """A dump beside the target file, which names it."""
    file = shop.folder / "kept.dump"
    with snapshot(shop.permit, shop.dsn) as view:
        programs(shop).dump(view, file)
    shop.change("[database]\n", '[database]\nbackup_file = "kept.dump"\n')
    return file


def programs(shop: Shop, **environ: str) -> Programs:
    """PostgreSQL's programs as the drill uses them."""
    return Programs(shop.permit, installed() / "bin", {**os.environ, **environ})


def test_a_given_file_may_be_older_than_the_live_database(shop: Shop) -> None:
    dumped(shop)
    shop.cursor.execute(ROW, ("after-the-dump",))
    restore = shop.restored()
    assert (restore.archive.given, restores.differences(restore)) == (True, [])
    assert [step.name for step in restore.steps] == ["start", "restore", "compare"]


def test_a_dump_is_readable_to_its_maker_alone(shop: Shop) -> None:
    assert dumped(shop).stat().st_mode & 0o777 == 0o600


def test_a_dump_in_another_format_is_a_difference(shop: Shop) -> None:
    dumped(shop).write_text("--\n-- PostgreSQL database dump\n--\n", encoding="utf-8")
    (difference,) = restores.differences(shop.restored())
    assert difference.startswith("pg_restore gave up (input file ")


def test_an_extension_that_no_table_needs_is_left_out(shop: Shop) -> None:
    shop.cursor.execute("CREATE EXTENSION vector")
    try:
        file = dumped(shop)
    finally:
        shop.cursor.execute("DROP EXTENSION vector")
    archive, contents = programs(shop).archive(file, "a dump", ("plpgsql",), given=True)
    assert archive.left_out == ("vector",)
    assert "vector" not in contents
    assert "TABLE DATA public webhook_events" in contents


def test_an_extension_that_a_table_needs_leaves_us_blind(shop: Shop) -> None:
    shop.cursor.execute("CREATE EXTENSION vector; CREATE TABLE points (place vector(3))")
    try:
        file = dumped(shop)
    finally:
        shop.cursor.execute("DROP TABLE points; DROP EXTENSION vector")
    archive, contents = programs(shop).archive(file, "a dump", ("plpgsql",), given=True)
    (shop.folder / "contents").write_text(contents, encoding="utf-8")
    with scratch_server() as server:
        dsn = read_dsn(Secret("SCRATCH", server.own_dsn))
        with pytest.raises(InstrumentMissing, match="wants the extension vector, which the scratch server does not"):
            programs(shop).restore(file, shop.folder / "contents", archive, dsn)


def test_over_tls_the_machine_s_own_pg_dump_is_needed(shop: Shop) -> None:
    with snapshot(shop.permit, shop.dsn) as view:
        encrypted = replace(view, encrypted=True)
        with pytest.raises(InstrumentMissing, match=r"pg_dump is not on PATH; expected one, since .* over TLS, which"):
            programs(shop, PATH=str(shop.folder)).dump(encrypted, shop.folder / "no.dump")
        (shop.folder / "pg_dump").write_text(FAKE_DUMP, encoding="utf-8")
        (shop.folder / "pg_dump").chmod(0o755)
        with pytest.raises(InstrumentMissing, match=r"pg_dump is 15, .* is PostgreSQL 18; .*postgresql-client-18"):
            programs(shop, PATH=str(shop.folder)).dump(encrypted, shop.folder / "no.dump")


def test_a_dump_by_a_newer_pg_dump_leaves_us_blind(shop: Shop) -> None:
    (shop.folder / "newer.dump").write_bytes(b"PGDMP" + bytes([1, 99, 0, 4, 8, 1]) + bytes(200))
    with pytest.raises(InstrumentMissing, match=r"pg_restore cannot read newer: unsupported version \(1\.99\)"):
        programs(shop).archive(shop.folder / "newer.dump", "newer", (), given=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("could not execute query: ERROR:  could not extend file: No space left on device", "there was no room for"),
        ("could not execute query: server closed the connection unexpectedly", "the scratch server went away"),
    ],
)
def test_what_is_no_fault_of_the_dump_s_leaves_us_blind(shop: Shop, words: str, told: str) -> None:
    with pytest.raises(Blind, match=told):
        gave_up(shop, words)


def test_why_pg_restore_gave_up_is_told_without_data(shop: Shop) -> None:
    words = 'COPY failed for table "Session": ERROR:  invalid input syntax for type integer: "shpat_0815"'
    said = gave_up(shop, f"{words}\nCONTEXT:  COPY Session, line 3: owner@example.invalid")
    assert said == 'COPY failed for table "Session": ERROR: invalid input syntax for type integer: (a value)'


def gave_up(shop: Shop, words: str) -> str:
    """What is made of a pg_restore that says these words and ends with 1."""
    fake = shop.folder / "pg_restore"
    said = f"{DETAIL}\npg_restore: error: {words}"
    fake.write_text(f"#!/bin/sh\necho '{said}' >&2\nexit 1\n", encoding="utf-8")
    fake.chmod(0o755)
    ours = Programs(shop.permit, shop.folder, os.environ)
    return ours.restore(fake, fake, Archive("a dump", True, 0), read_dsn(shop.dsn))


def test_a_database_without_a_creation_time_leaves_us_blind(shop: Shop) -> None:
    with (
        scratch_server() as server,
        snapshot(shop.permit, Secret("SCRATCH", server.own_dsn)) as view,
        pytest.raises(NotCovered, match="has a column createdAt, created_at"),
    ):
        view.demand_creation_times()


def test_a_table_that_somebody_has_locked_leaves_us_blind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "LOCK_WAIT", "200ms")
    shop.cursor.execute('BEGIN; LOCK TABLE "Session"')
    try:
        with pytest.raises(NoAnswerInTime, match=r"waited over 200ms for a table of .* that somebody has locked"):
            shop.restored()
    finally:
        shop.cursor.execute("ROLLBACK")


def test_a_role_that_sees_only_some_rows_leaves_us_blind(shop: Shop) -> None:
    shop.cursor.execute('ALTER TABLE "Session" ENABLE ROW LEVEL SECURITY')
    try:
        with pytest.raises(NotAuthorised, match='ALTER ROLE "ops_backup" BYPASSRLS'):
            shop.restored()
    finally:
        shop.cursor.execute('ALTER TABLE "Session" DISABLE ROW LEVEL SECURITY')


@pytest.mark.parametrize(
    ("dsn", "error"),
    [
        ("postgresql://ops_backup:wrong-password@{place}", NotAuthorised),
        ("postgresql://ops_backup:wrong-password@127.0.0.1:1/timedify", Unreachable),
        ("", NotAuthorised),
    ],
    ids=["wrong password", "nobody there", "not set"],
)
def test_a_database_that_lets_nobody_in_leaves_us_blind(shop: Shop, dsn: str, error: type[Exception]) -> None:
    place = shop.dsn.reveal().rpartition("@")[2]
    with pytest.raises(error) as told:
        shop.restored(BACKUP_DATABASE_URL=dsn.format(place=place))
    assert "wrong-password" not in str(told.value)


def test_a_file_that_is_not_there_leaves_us_blind(shop: Shop) -> None:
    shop.change("[database]\n", '[database]\nbackup_file = "fetched/newest.dump"\n')
    with pytest.raises(
        NotFound, match=r"fetched/newest\.dump is not there; expected a dump in pg_dump's custom format"
    ):
        shop.restored()


def test_a_machine_without_room_or_postgresql_leaves_us_blind(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops_tests.sandbox.postgres.WHEEL", "a_wheel_nobody_installed")
    with pytest.raises(InstrumentMissing, match="pip install a_wheel_nobody_installed"):
        shop.restored()


def test_a_permit_for_another_target_permits_nothing(shop: Shop) -> None:
    other = grant(load_target(packaged_targets()["sandbox"], {}), (), "run")
    with pytest.raises(NotPermitted, match="the permit is for sandbox; expected one for sandbox-live"):
        restoring.restored(shop.target(), other, lambda _: None)


def test_without_a_role_there_is_nothing_to_drill(shop: Shop) -> None:
    shop.change("backup_secret_env", "# backup_secret_env")
    with pytest.raises(UsageProblem, match="names no role that may read everything"):
        shop.restored()


def test_without_a_role_the_check_is_not_applicable(shop: Shop) -> None:
    shop.change("backup_secret_env", "# backup_secret_env")
    words = "backup_is_restorable or database_answers"
    chosen = ("-m", "dr_drill", "-k", words, "--permit", "sandbox-live")
    finished = run_suite(shop.folder, "--target", "target.toml", *chosen, environ=shop.environ())
    assert {one.check: one.sentence for one in finished.checks() if one.outcome == "not applicable"} == {
        "drill/backup_is_restorable": "the target file has no database.backup_secret_env"
    }, finished.output


def test_without_a_permit_nothing_is_dumped(shop: Shop) -> None:
    chosen = ("-m", "dr_drill", "-k", "backup_is_restorable")
    finished = run_suite(shop.folder, "--target", "target.toml", *chosen, environ=shop.environ())
    assert (finished.status, "To permit it: type --permit sandbox-live" in finished.output) == (4, True)


def test_a_file_without_a_role_to_compare_it_with_is_told(shop: Shop) -> None:
    shop.change('backup_secret_env = "BACKUP_DATABASE_URL"', 'backup_file = "kept.dump"')
    with pytest.raises(TargetInvalid, match=r"database\.backup_file: nothing it can be compared with; add database\."):
        shop.target()


def test_its_connection_string_is_redacted(shop: Shop) -> None:
    said = Redactor(shop.target().known_secrets()).text(f"it is {shop.dsn.reveal()}")
    assert said == "it is [BACKUP_DATABASE_URL redacted]"


@pytest.mark.parametrize("statement", ['DELETE FROM "Session"', "CREATE TABLE mine (id int)", ROW.replace("%s", "'1'")])
def test_the_role_reads_every_table_and_writes_none(shop: Shop, statement: str) -> None:
    with closing(psycopg2.connect(shop.dsn.reveal())) as connection, connection.cursor() as cursor:
        cursor.execute('SELECT "accessToken" FROM "Session"')
        connection.rollback()
        cursor.execute("SET default_transaction_read_only = off")
        connection.commit()
        with pytest.raises(errors.InsufficientPrivilege):
            cursor.execute(statement)
