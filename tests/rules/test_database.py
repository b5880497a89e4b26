"""Judging the database, its migrations and dead letters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.database import DatabaseAttempt, DeadLetter, DeadLetters, Migration
from ops_tests.records.run import Level
from ops_tests.rules import database, dead_letters, migrations

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
LIMIT = Limits().database_seconds
DONE = Migration("0001_init", NOW, NOW)


@pytest.mark.parametrize(
    ("attempt", "said", "level"),
    [
        (DatabaseAttempt("db:5432/app", 0.02), [], Level.L1),
        (DatabaseAttempt("db:5432/app", 2.5), ["db:5432/app took 2.5 s"], Level.L1),
        (DatabaseAttempt("db:5432/app", None, "refused"), ["no connection: refused"], Level.L3),
    ],
)
def test_a_database_that_does_not_answer_in_time_is_named(
    attempt: DatabaseAttempt, said: list[str], level: Level
) -> None:
    assert database.silent(attempt, LIMIT) == said
    assert database.outage_level(attempt) is level


def test_a_replica_is_worth_a_line_and_a_primary_none() -> None:
    replica = DatabaseAttempt("db:5432/app", 0.02, replica="a replica (its lag is unknown)")
    assert database.remarks(replica) == [
        "db:5432/app is a replica (its lag is unknown); expected the primary: the checks that read rows are blind"
    ]
    assert database.remarks(replace(replica, replica="")) == []


@pytest.mark.parametrize(
    ("found", "repository", "said"),
    [
        ([DONE], [], []),
        ([DONE], ["0001_init", "0002_more"], ["0002_more was never applied"]),
        ([DONE, Migration("0002_more", NOW, None, failed=True)], [], ["0002_more failed"]),
        ([DONE, Migration("0002_more", NOW, None)], ["0002_more"], ["0002_more did not finish"]),
        ([DONE, Migration("0002_more", NOW, None, rolled_back_at=NOW)], [], []),
        ([Migration("0001_init", NOW, None, rolled_back_at=NOW), DONE], [], []),
    ],
)
def test_migrations_that_are_not_applied_are_named(
    found: list[Migration], repository: list[str], said: list[str]
) -> None:
    assert migrations.unapplied(found, repository) == said


def test_an_empty_migrations_table_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="_prisma_migrations is empty"):
        migrations.unapplied([], [])


LETTER = DeadLetter("d1", "app/uninstalled", 0, NOW - timedelta(hours=2))
LETTERS = DeadLetters(2, (LETTER, replace(LETTER, id="d2", retry_count=3, created_at=NOW)), NOW)


def test_the_age_is_that_of_the_oldest_letter_by_the_databases_clock() -> None:
    assert dead_letters.oldest_age_minutes(LETTERS) == 120
    assert dead_letters.oldest_age_minutes(DeadLetters(0, (), NOW)) == 0


def test_letters_that_used_up_their_tries_are_found() -> None:
    assert [letter.id for letter in dead_letters.exhausted(LETTERS, max_retries=3)] == ["d2"]


def test_dead_letters_are_described_by_topic_and_oldest() -> None:
    described = dead_letters.described(LETTERS.oldest_first, LETTERS)
    assert described == "2 x app/uninstalled; the oldest is 2 h old (id d1)"
    assert dead_letters.described([], LETTERS) == "none"
