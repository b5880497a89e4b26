"""Prisma's errors by code."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ops_tests.rules.log_entries import Entry
from ops_tests.rules.log_queries import query_errors

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)


def entry(text: str) -> Entry:
    return Entry(NOON, "a", "info", "app", text)


def test_errors_are_counted_by_code_the_most_frequent_first() -> None:
    texts = ("Prisma query error P1001: x", *["prisma:error code: 'P2024'"] * 2)
    assert query_errors(map(entry, texts)) == ["2 x P2024, newest 12:00:00Z", "1 x P1001, newest 12:00:00Z"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Prisma query error: x", "without a code"),
        ("APP/UNINSTALLED: webhook error: PrismaClientKnownRequestError: x\n  code: 'P2024'", "P2024"),
        ('{"level":"error","code":"P1017","msg":"closed"}', "P1017"),
        ("PrismaClientKnownRequestError: Unique constraint failed on Session P2002", "P2002"),
        ("Prisma error on webhook_events P2002, then P2024", "P2024"),
    ],
)
def test_what_prisma_reports_is_an_error(text: str, code: str) -> None:
    assert query_errors([entry(text)]) == [f"1 x {code}, newest 12:00:00Z"]


@pytest.mark.parametrize(
    "text",
    [
        "Invalid `prisma.webhookEvent.create()` invocation: code: 'P2002'",
        "PrismaClientKnownRequestError: P2002 on webhook_events",
        "prisma:query SELECT error FROM dead_letters",
        "order P2024 shipped",
        'CUSTOMERS/REDACT payload for velo.myshopify.com: {"note":"prisma P2024"}',
        "GET /app 500 - - 2 ms",
    ],
)
def test_repetition_and_look_alikes_are_none(text: str) -> None:
    assert query_errors([entry(text)]) == []
