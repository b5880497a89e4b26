"""What differs between a live database and what was restored, and what would be lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.limits import Limits
from ops_tests.records.restore import AppliedMigration, Archive, Contents, Restore, Step, TableContents
from ops_tests.rules import restores

NOW = datetime(2026, 5, 4, 3, 12, tzinfo=UTC)
INIT = AppliedMigration("20260114091500_init", "a1", NOW - timedelta(days=110))
LATEST = AppliedMigration("20260504031000_prices", "b2", NOW - timedelta(minutes=2))
EVENTS, SESSIONS, MIGRATIONS = "public.webhook_events", "public.Session", "public._prisma_migrations"
TABLES = {EVENTS: TableContents(500, "e", 480), SESSIONS: TableContents(4, "s"), MIGRATIONS: TableContents(1, "m")}
LIVE = Contents(NOW, 18, TABLES, (INIT,), NOW - timedelta(hours=1))
STEPS = (
    Step("start", NOW, NOW + timedelta(seconds=0.4)),
    Step("restore", NOW + timedelta(seconds=1), NOW + timedelta(seconds=3.5)),
)


def restore(found: Contents | None = LIVE, *, given: bool = False, live: Contents = LIVE, said: str = "") -> Restore:
    """A restored dump; by default one that agrees."""
    return Restore(live, Archive("newest.dump", given, 2_430_000, 18, 18), found, said, STEPS)


def having(**tables: TableContents | None) -> Contents:
    """The live database with other tables; None takes one away."""
    both = {**TABLES, **{f"public.{name}": one for name, one in tables.items()}}
    return replace(LIVE, tables={name: one for name, one in both.items() if one})


@pytest.mark.parametrize("given", [False, True])
def test_what_agrees_has_no_differences(given: bool) -> None:
    assert restores.differences(restore(given=given)) == []


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (having(webhook_events=None), "public.webhook_events is missing"),
        (having(orders=TableContents(1, "o")), "public.orders is no table of the live database"),
        (replace(LIVE, newest_row=None), "no row in it says when it was created"),
    ],
)
@pytest.mark.parametrize("given", [False, True])
def test_tables_and_times_must_be_there(found: Contents, told: str, given: bool) -> None:
    assert restores.differences(restore(found, given=given)) == [told]


def test_a_dump_taken_now_has_every_row_and_every_value() -> None:
    fewer, other = having(webhook_events=TableContents(499, "x")), having(Session=TableContents(4, "x"))
    assert restores.differences(restore(fewer)) == ["public.webhook_events has 499 rows of 500"]
    assert restores.differences(restore(other)) == ["public.Session has other values (its checksum differs)"]


@pytest.mark.parametrize(("rows", "differs"), [(500, False), (480, False), (479, True), (0, True)])
def test_a_given_dump_has_at_least_the_rows_that_are_older_than_it(rows: int, differs: bool) -> None:
    found = having(webhook_events=TableContents(rows, "x"))
    told = f"public.webhook_events has {rows} rows where 480 of the live ones are older than the dump"
    assert restores.differences(restore(found, given=True)) == ([told] if differs else [])


def test_a_table_without_times_is_only_missed_when_all_of_it_is_gone() -> None:
    assert restores.differences(restore(having(Session=TableContents(1, "x")), given=True)) == []
    assert restores.differences(restore(having(Session=TableContents(0, "x")), given=True)) == [
        "public.Session is empty where the live one has 4 rows"
    ]


def test_a_migration_that_came_after_a_given_dump_is_not_missed() -> None:
    live = replace(LIVE, migrations=(INIT, LATEST))
    assert restores.differences(restore(given=True, live=live)) == []
    assert restores.differences(restore(live=live)) == ["finished migrations are missing: 20260504031000_prices"]


@pytest.mark.parametrize("given", [False, True])
def test_migrations_of_another_history_are_told(given: bool) -> None:
    lacking, foreign = replace(LIVE, migrations=()), replace(LIVE, migrations=(INIT, replace(LATEST, name="other")))
    changed = replace(LIVE, migrations=(replace(INIT, digest="zz"),))
    told = [restores.differences(restore(found, given=given)) for found in (lacking, foreign, changed)]
    assert told == [
        ["finished migrations are missing: 20260114091500_init"],
        ["migrations that the live database does not know: other"],
        ["migrations with other values: 20260114091500_init"],
    ]


def test_where_pg_restore_gave_up_its_reason_is_told() -> None:
    assert restores.differences(restore(None, said="end of file")) == ["pg_restore gave up (end of file)"]


@pytest.mark.parametrize(("of", "by", "live", "differs"), [
    (18, 18, 18, False), (16, 18, 16, False), (16, 18, 18, True), (16, 16, 18, True), (None, None, 18, False)
])  # fmt: skip
def test_a_dump_of_an_older_major_is_told(of: int | None, by: int | None, live: int, differs: bool) -> None:
    made = restore(live=replace(LIVE, major=live))
    made = replace(made, archive=replace(made.archive, of_major=of, by_major=by))
    told = f"it is of PostgreSQL {of}, made by pg_dump {by}, and the server is {live}"
    assert restores.differences(made) == ([told] if differs else [])


@pytest.mark.parametrize(("hours", "told"), [(23.9, []), (24.1, ["its newest row is 24.1 h old"])])
def test_a_newest_row_beyond_the_limit_is_too_old(hours: float, told: list[str]) -> None:
    found = replace(LIVE, newest_row=NOW - timedelta(hours=hours))
    assert restores.too_old(restore(found), Limits().recovery_point_hours) == told


def test_nothing_restored_has_no_age() -> None:
    assert restores.age_hours(restore(None)) is None
    assert restores.too_old(restore(None), Limits().recovery_point_hours) == []


def test_the_drill_has_its_figures_and_its_timeline() -> None:
    drill = restores.drill("shop", restore(having(webhook_events=None)))
    assert [(one.name, one.value, one.unit) for one in drill.figures] == [
        ("recovery point", 1.0, "h"), ("restore time", 2.5, "s"), ("size", 2.43, "MB"), ("restored", 5.0, "rows")
    ]  # fmt: skip
    assert [(one.lane, one.state, one.text) for one in drill.spans] == [
        ("what was done", "act", "start an empty server"),
        ("what was done", "act", "restore"),
        ("backup", "bad", "1 difference"),
    ]
    assert (drill.began_at, drill.ended_at) == (STEPS[0].since, STEPS[-1].until)


def test_the_evidence_says_what_was_restored() -> None:
    assert restores.seen(restore()) == [
        "newest.dump, 2.43 MB, PostgreSQL 18",
        "took: start 400 ms, restore 2.5 s",
        "restored 3 tables with 505 rows",
        "its newest row was created 2026-05-04 02:12:00 UTC",
    ]


@pytest.mark.parametrize(("count", "said"), [(0, "0 B"), (34_700, "34.7 kB"), (2.43e6, "2.43 MB"), (1.5e10, "15 GB")])
def test_a_size_is_told_as_people_say_it(count: int, said: str) -> None:
    assert restores.size(count) == said
