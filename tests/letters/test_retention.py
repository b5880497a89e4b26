"""``retention`` and ``dead-letters cleanup``: counted first, deleted in batches, and nothing that is young or waits."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.clients.acting import dead_letters
from ops_tests.clients.acting.dead_letters import DeadLetterTable
from ops_tests.clients.acting.operator_database import OperatorDatabase
from ops_tests.permit import grant
from tests.letters.conftest import Mail

Told = Callable[[subprocess.CompletedProcess[str], int], str]
OLD_EVENTS = """webhook_events WHERE "processedAt" < now() AT TIME ZONE 'UTC' - interval '9 days'"""
OLD_LETTERS = """dead_letters WHERE "retriedAt" < now() AT TIME ZONE 'UTC' - interval '8 days'"""


def test_old_deliveries_are_counted_then_deleted(mail: Mail, told: Told) -> None:
    old, young = mail.count(OLD_EVENTS), mail.count("webhook_events") - mail.count(OLD_EVENTS)
    said = told(mail.run("retention", "--days", "9"), 0)
    assert said.startswith(f"recorded deliveries, older than 9 d: {old} of {old + young} rows are too old")
    assert said.endswith("type it again with --yes --permit sandbox-live\n")
    assert mail.count(OLD_EVENTS) == old > 0
    done = mail.act("retention", "--days", "9")
    assert told(done, 0)
    assert done.stderr == "deleting\n"  # to a terminal a bar
    assert done.stdout.endswith(f"deleted {old} recorded deliveries on sandbox-live\n")
    assert (mail.count(OLD_EVENTS), mail.count("webhook_events")) == (0, young)


def test_replayed_letters_are_deleted_and_those_that_wait_stay(mail: Mail, told: Told) -> None:
    waits = mail.plant("SHOP_REDACT", minutes=60 * 24 * 90)
    old = mail.count(OLD_LETTERS)
    said = told(mail.act("dead-letters", "cleanup", "--days", "8"), 0)
    assert said.startswith("replayed dead letters, older than 8 d: ")
    assert (mail.count(OLD_LETTERS), old > 0, mail.waiting()) == (0, True, [waits])


def test_without_days_the_target_s_retention_counts(mail: Mail, told: Told) -> None:
    mail.change("[retention]\n", "[retention]\ndays = 29\n")
    assert "older than 29 d: none of" in told(mail.run("dead-letters", "cleanup"), 0)


@pytest.mark.parametrize("words", [("retention",), ("dead-letters", "cleanup")])
@pytest.mark.parametrize("days", ["6", "0", "-1"])
def test_below_seven_days_it_is_refused(mail: Mail, told: Told, words: tuple[str, ...], days: str) -> None:
    assert told(mail.act(*words, "--days", days), 4).startswith(f"--days {days} is too few; expected 7 or more")


def test_without_an_operator_it_is_refused(mail: Mail, told: Told) -> None:
    mail.change("operator_secret_env", "# operator_secret_env")
    assert "names no operator's role" in told(mail.run("retention", "--days", "7"), 4)


def test_without_a_permit_nothing_is_deleted(mail: Mail, told: Told) -> None:
    rows = mail.count("webhook_events")
    assert "no --permit was given" in told(mail.run("retention", "--days", "7", "--yes"), 4)
    assert mail.count("webhook_events") == rows


def test_what_is_deleted_goes_batch_by_batch(mail: Mail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters, "BATCH", 100)
    table = DeadLetterTable(
        OperatorDatabase(grant(mail.target(), ("sandbox-live",), "run"), mail.target().secret("OPERATOR_DATABASE_URL"))
    )
    mail.cursor.execute("UPDATE webhook_events SET \"processedAt\" = '2020-01-01' WHERE id IN "
                        "(SELECT id FROM webhook_events LIMIT 250)")  # fmt: skip
    assert list(table.delete_events(datetime.now(UTC) - timedelta(days=1000))) == [100, 100, 50]
