"""Sandboxes with several faults at once: what a fault says is broken is broken."""

from __future__ import annotations

import http.client
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from psycopg2 import errors

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.past import shop as past_shop
from tests.sandbox.conftest import connection_to

Send = Callable[..., tuple[int, bytes]]
Messages = Callable[[Sandbox], list[str]]
Rows = Callable[..., list[tuple[Any, ...]]]
Eventually = Callable[[Callable[[], bool]], bool]
EVENTS = "SELECT id FROM webhook_events WHERE shop = %s"


@pytest.fixture(scope="module")
def busy() -> Iterator[Sandbox]:
    """Works too much, answers wrongly, and holds rows it should not."""
    webhooks = ["webhooks-record-twice", "webhooks-forged-effect", "webhooks-unsigned-status", "webhooks-answer-get"]
    rows = ["dead-letters", "dead-letters-forbidden", "session-with-our-prefix", "migration-failed"]
    started = Sandbox.start(["health-cut", *webhooks, *rows, "error-in-log-dump"])
    yield started
    started.stop()


@pytest.fixture(scope="module")
def lost() -> Iterator[Sandbox]:
    """Believes everything, does nothing, and is cut off from its instruments."""
    webhooks = ["webhooks-fail-one", "webhooks-accept-forged", "webhooks-swallow"]
    started = Sandbox.start(["health-redirect", *webhooks, "database-hangs", "logs-empty", "fly-wrong-app"])
    yield started
    started.stop()


@pytest.fixture(scope="module")
def gone() -> Iterator[Sandbox]:
    """Neither application nor database nor platform can be reached."""
    started = Sandbox.start(["health-refused", "database-refused", "fly-missing"])
    yield started
    started.stop()


def test_a_cut_body_ends_before_its_announced_length(busy: Sandbox, ask: Send) -> None:
    with pytest.raises(http.client.IncompleteRead):
        ask(busy.base_url, "GET", "/health")


def test_a_second_row_is_written_under_another_id(busy: Sandbox, deliver: Send, rows: Rows, shop: str) -> None:
    assert deliver(busy, "/webhooks/shop/redact", "shop/redact")[0] == 200
    assert len(rows(busy, EVENTS, shop)) == 2


@pytest.mark.parametrize(("signed", "status"), [(False, 401), (None, 500)])
def test_a_refused_delivery_is_worked_on_all_the_same(
    busy: Sandbox,
    deliver: Send,
    messages: Messages,
    eventually: Eventually,
    shop: str,
    signed: bool | None,
    status: int,
) -> None:
    assert deliver(busy, "/webhooks/shop/redact", "shop/redact", signed=signed)[0] == status
    assert eventually(lambda: f"SHOP/REDACT: cleanup done for {shop}" in messages(busy))


def test_one_endpoint_fails_and_the_others_do_not(lost: Sandbox, deliver: Send) -> None:
    assert deliver(lost, "/webhooks/app/scopes_update", "app/scopes_update")[0] == 500
    assert deliver(lost, "/webhooks/app/uninstalled", "app/uninstalled")[0] == 200


def test_a_get_of_a_webhook_is_answered(busy: Sandbox, ask: Send) -> None:
    assert ask(busy.base_url, "GET", "/webhooks/shop/redact")[0] == 200


def test_a_handler_that_fails_leaves_a_dead_letter(
    busy: Sandbox, deliver: Send, messages: Messages, rows: Rows, eventually: Eventually
) -> None:
    query, body, shop = "SELECT topic, error FROM dead_letters WHERE shop = %s", b'{"current":null}', past_shop(1)
    before = len(rows(busy, query, shop))
    assert deliver(busy, "/webhooks/app/scopes_update", "app/scopes_update", body, X_Shopify_Shop_Domain=shop)[0] == 200
    assert eventually(lambda: len(rows(busy, query, shop)) == before + 1)
    assert any(f"APP/SCOPES_UPDATE: update error for {shop} TypeError" in line for line in messages(busy))


def test_a_hidden_column_is_refused_and_the_others_are_not(busy: Sandbox, rows: Rows) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        rows(busy, 'SELECT "retriedAt" FROM dead_letters')
    assert rows(busy, 'SELECT max("retryCount") FROM dead_letters') == [(3,)]


def test_planted_rows_are_there(busy: Sandbox, rows: Rows) -> None:
    assert rows(busy, """SELECT count(*) FROM "Session" WHERE shop LIKE 'ops-synthetic%%'""") == [(1,)]
    assert rows(busy, "SELECT count(*) FROM _prisma_migrations WHERE logs IS NOT NULL") == [(1,)]


def test_planted_lines_are_there(busy: Sandbox, messages: Messages) -> None:
    assert "  status: 500," in messages(busy)


def test_a_redirect_names_another_host(lost: Sandbox) -> None:
    with closing(connection_to(lost.base_url)) as connection:
        connection.request("GET", "/health")
        response = connection.getresponse()
    assert (response.status, response.headers["Location"]) == (302, "http://parking.example.invalid/health")


@pytest.mark.parametrize("signed", [True, False])
def test_everything_is_believed_and_nothing_done(lost: Sandbox, deliver: Send, signed: bool) -> None:
    assert deliver(lost, "/webhooks/shop/redact", "shop/redact", signed=signed) == (200, b"")


def test_a_hanging_database_takes_the_connection_and_says_nothing(lost: Sandbox) -> None:
    place = urlsplit(lost.environment["DATABASE_URL"])
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=5) as connection:
        connection.settimeout(0.3)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_an_unknown_app_is_unknown_to_the_logs_api(lost: Sandbox, ask: Send) -> None:
    headers = {"Authorization": lost.environment["FLY_API_TOKEN"]}
    asked = ask(lost.environment["FLY_API_BASE_URL"], "GET", "/api/v1/apps/timedify-sandbox/logs", b"", headers)
    assert asked == (404, b"Not Found")


def test_what_refuses_refuses_at_once(gone: Sandbox, ask: Send) -> None:
    for url in (gone.base_url, gone.environment["FLY_API_BASE_URL"]):
        with pytest.raises(ConnectionRefusedError):
            ask(url, "GET", "/health")
    with pytest.raises(psycopg2.OperationalError, match="refused"):
        psycopg2.connect(gone.environment["DATABASE_URL"])


def test_a_missing_fly_is_nowhere_on_the_path(gone: Sandbox) -> None:
    assert shutil.which("fly", path=gone.environment["PATH"]) is None
    assert shutil.which("sh", path=gone.environment["PATH"])
