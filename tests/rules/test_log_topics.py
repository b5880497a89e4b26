"""Lines of webhook topics: counted, failing, real."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.rules.log_entries import Entry
from ops_tests.rules.log_topics import activity, counts, failures, quiet, topic, unread_minutes
from ops_tests.target_parts import LogsPart

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
DOCUMENTED = {200, 400, 401, 405}
DONE = "APP/UNINSTALLED: cleanup done for velo.myshopify.com"
REFUSED = "SHOP/REDACT: webhook error: Response {\n  status: 401,\n  statusText: 'Unauthorized'\n}"
UNSIGNED = "APP/UNINSTALLED: no HMAC (test request) → respond 200"


def entry(text: str) -> Entry:
    return Entry(NOON, "a", "info", "app", text)


def window(*ages: float, complete: bool = True) -> LogWindow:
    """Ten minutes with a line at each age, in minutes before the end."""
    lines = tuple(LogLine(NOON - timedelta(minutes=age), "GET /health 200") for age in ages)
    return LogWindow(NOON - timedelta(minutes=10), NOON, lines, complete, "logs API")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (DONE, "APP/UNINSTALLED"),
        ("APP_SUBSCRIPTIONS/UPDATE payload for velo.myshopify.com: {}", "APP_SUBSCRIPTIONS/UPDATE"),
        ("CUSTOMERS/DATA_REQUEST: processing for velo.myshopify.com", "CUSTOMERS/DATA_REQUEST"),
        ("POST /webhooks/shop/redact 200 - - 2 ms", "/webhooks/shop/redact"),
        ("GET /webhooks/shop/redact 405 - - 2 ms", ""),
        ("GET /app 500 - - 2 ms", ""),
        ("see APP/UNINSTALLED: it failed", ""),
    ],
)
def test_the_topic_of_an_entry(text: str, name: str) -> None:
    assert topic(entry(text)) == name


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("POST /webhooks/shop/redact 404 - - 2 ms", "/webhooks/shop/redact 1 (status 404)"),
        ("POST /webhooks/shop/redact 500 - - 2 ms", "/webhooks/shop/redact 1 (status 500)"),
        ("APP/UNINSTALLED: webhook error: Error: socket hang up", "APP/UNINSTALLED 1 (webhook error)"),
        ("APP/UNINSTALLED: cleanup error for velo.myshopify.com Error: x", "APP/UNINSTALLED 1 (level error)"),
    ],
)
def test_a_failing_line_names_topic_and_reason(text: str, failure: str) -> None:
    assert failures([entry(text)], DOCUMENTED) == [failure]


@pytest.mark.parametrize(
    "text",
    [
        DONE,
        REFUSED,
        UNSIGNED,
        "POST /webhooks/shop/redact 401 - - 2 ms",
        "POST /webhooks/shop/redact 200 - - 503 ms",
        'CUSTOMERS/REDACT payload for velo.myshopify.com: {"note":"status: 500"}',
        "GET /app 500 - - 2 ms",
    ],
)
def test_documented_answers_and_the_words_of_others_are_no_failure(text: str) -> None:
    assert failures([entry(text)], DOCUMENTED) == []


def test_lines_are_counted_by_topic() -> None:
    assert counts([entry(DONE), entry(REFUSED), entry(DONE)]) == "APP/UNINSTALLED 2, SHOP/REDACT 1"
    assert counts([]) == "no line of any topic"


def test_activity_is_real_work_only() -> None:
    ours = "APP/UNINSTALLED: cleanup done for ops-synthetic-1a2b-3.myshopify.com"
    access = "POST /webhooks/shop/redact 200 - - 2 ms"
    found = activity([entry(text) for text in (DONE, REFUSED, UNSIGNED, ours, access)], "ops-synthetic")
    assert [one.text for one in found] == [DONE]


def test_silence_is_a_note() -> None:
    assert quiet(window(1), []) == ["no webhook activity in the last 10 min"]
    assert quiet(window(1), [entry(DONE)]) == []


@pytest.mark.parametrize("seen", [window(1, complete=False), window(), window(9, 7)])
def test_without_activity_a_log_that_is_not_wholly_there_is_blind(seen: LogWindow) -> None:
    assert unread_minutes(seen, [entry(DONE)], LogsPart()) == 0
    with pytest.raises(NotCovered):
        unread_minutes(seen, [], LogsPart())
