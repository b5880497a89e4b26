"""Kinds of errors, and what the platform's own level adds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ops_tests.rules.log_entries import Entry
from ops_tests.rules.log_errors import ErrorKind, errors, kind, rejected_deliveries

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def entry(text: str, level: str = "info") -> Entry:
    return Entry(NOON, "a", level, "app", text)


@pytest.mark.parametrize("level", ["error", "ERROR", "fatal", "critical"])
def test_an_entry_the_platform_calls_an_error_is_one(level: str) -> None:
    assert kind(entry("could not find a good candidate within 90 attempts", level)) is ErrorKind.LEVEL


@pytest.mark.parametrize("level", ["info", "warn", "warning", "debug", ""])
def test_an_entry_the_platform_calls_anything_less_is_none(level: str) -> None:
    assert kind(entry("listening on 3000", level)) is None


def test_a_rejected_delivery_stays_one_at_level_error() -> None:
    rejected = entry("POST /webhooks/app/uninstalled 401 - - 2 ms", "error")
    assert errors([rejected]) == []
    assert rejected_deliveries([rejected]) == [rejected]


def test_a_500_is_never_excused_by_a_rejection_in_the_same_entry() -> None:
    both = entry("APP/UNINSTALLED: webhook error: Response { status: 401 }\nPOST /webhooks/app/uninstalled 500 - -")
    assert kind(both) is ErrorKind.WEBHOOK
    assert rejected_deliveries([both]) == []


def test_a_401_outside_the_webhooks_is_neither() -> None:
    refused = entry("GET /app 401 - - 2 ms")
    assert errors([refused]) == rejected_deliveries([refused]) == []


def test_errors_keep_their_order() -> None:
    found = errors([entry("GET /a 500"), entry("GET /b 200"), entry("GET /c 429")])
    assert [one.text for one in found] == ["GET /a 500", "GET /c 429"]
