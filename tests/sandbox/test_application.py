"""The application's answers, lines and rows, over real HTTP and in a real database."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.http_server import Handler, Server
from ops_tests.sandbox.past import shop as past_shop
from tests.sandbox.conftest import connection_to

Send = Callable[..., tuple[int, bytes]]
Messages = Callable[[Sandbox], list[str]]
Rows = Callable[..., list[tuple[Any, ...]]]
Eventually = Callable[[Callable[[], bool]], bool]

LINES = {
    ("app/uninstalled", "app/uninstalled"): [
        "APP/UNINSTALLED: queuing cleanup for {shop}",
        "APP/UNINSTALLED: cleanup done for {shop}",
    ],
    ("app/scopes_update", "app/scopes_update"): [],
    ("app/subscriptions_update", "app_subscriptions/update"): [
        "APP_SUBSCRIPTIONS/UPDATE: queuing update for {shop}",
        'APP_SUBSCRIPTIONS/UPDATE payload for {shop}: {{"id":1}}',
    ],
    ("customers/data_request", "customers/data_request"): [
        "CUSTOMERS/DATA_REQUEST: processing for {shop}",
        'CUSTOMERS/DATA_REQUEST payload for {shop}: {{"id":1}}',
        "GDPR DATA_REQUEST: No customer data stored by Timedify for {shop}",
    ],
    ("customers/redact", "customers/redact"): [
        "CUSTOMERS/REDACT: processing for {shop}",
        'CUSTOMERS/REDACT payload for {shop}: {{"id":1}}',
        "GDPR REDACT: No customer data to delete for {shop}",
    ],
    ("shop/redact", "shop/redact"): [
        "SHOP/REDACT: queuing cleanup for {shop}",
        "SHOP/REDACT: cleanup done for {shop}",
    ],
}


def test_health_says_ok_in_json(sandbox: Sandbox, ask: Send) -> None:
    assert ask(sandbox.base_url, "GET", "/health") == (200, b'{"status":"ok","service":"timedify"}')


def test_a_connection_is_kept_for_further_requests(sandbox: Sandbox) -> None:
    with closing(connection_to(sandbox.base_url)) as connection:
        for path, status in (("/health", 200), ("/webhooks/shop/redact", 405), ("/nowhere", 404)):
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            assert (response.status, response.will_close) == (status, False)


@pytest.mark.parametrize(("endpoint", "topic"), LINES)
def test_each_topic_writes_its_lines_and_its_row(
    sandbox: Sandbox,
    deliver: Send,
    messages: Messages,
    rows: Rows,
    eventually: Eventually,
    shop: str,
    endpoint: str,
    topic: str,
) -> None:
    assert deliver(sandbox, f"/webhooks/{endpoint}", topic) == (200, b"")
    wanted = [line.format(shop=shop) for line in LINES[endpoint, topic]]
    assert eventually(lambda: [line for line in messages(sandbox) if shop in line] == wanted)
    name = topic.upper().replace("/", "_")
    assert rows(sandbox, "SELECT topic FROM webhook_events WHERE shop = %s", shop) == [(name,)]


def test_the_access_line_has_the_form_of_remix_serve(sandbox: Sandbox, ask: Send, messages: Messages) -> None:
    path = f"/nowhere/{uuid.uuid4().hex}"
    ask(sandbox.base_url, "GET", path)
    (line,) = [line for line in messages(sandbox) if path in line]
    assert line.startswith(f"GET {path} 404 - - ")
    assert line.endswith(" ms")


def test_a_repeated_delivery_is_recorded_and_worked_on_once(
    sandbox: Sandbox, deliver: Send, messages: Messages, rows: Rows, eventually: Eventually, shop: str
) -> None:
    webhook_id = str(uuid.uuid4())
    for _ in range(2):
        assert deliver(sandbox, "/webhooks/shop/redact", "shop/redact", X_Shopify_Webhook_Id=webhook_id)[0] == 200
    done = f"SHOP/REDACT: cleanup done for {shop}"
    assert eventually(lambda: messages(sandbox).count(done) == 1)
    assert rows(sandbox, "SELECT id FROM webhook_events WHERE shop = %s", shop) == [(webhook_id,)]


def test_a_forged_delivery_is_refused_and_leaves_only_the_refusal(
    sandbox: Sandbox, deliver: Send, messages: Messages, rows: Rows, shop: str
) -> None:
    assert deliver(sandbox, "/webhooks/app/uninstalled", "app/uninstalled", signed=False) == (401, b"")
    assert "APP/UNINSTALLED: webhook error: Response {" in messages(sandbox)
    assert not [line for line in messages(sandbox) if shop in line]
    assert rows(sandbox, "SELECT id FROM webhook_events WHERE shop = %s", shop) == []


def test_an_unsigned_delivery_is_answered_as_a_test_request(
    sandbox: Sandbox, deliver: Send, messages: Messages, rows: Rows, shop: str
) -> None:
    assert deliver(sandbox, "/webhooks/app/uninstalled", "app/uninstalled", signed=None) == (200, b"")
    assert "APP/UNINSTALLED: no HMAC (test request) → respond 200" in messages(sandbox)
    assert rows(sandbox, "SELECT id FROM webhook_events WHERE shop = %s", shop) == []


@pytest.mark.parametrize(
    ("body", "headers", "status"), [(b"", {}, 400), (b"{", {}, 500), (b"{}", {"X_Shopify_API_Version": ""}, 400)]
)
def test_a_signed_delivery_with_a_flaw_is_refused(
    sandbox: Sandbox, deliver: Send, body: bytes, headers: dict[str, str], status: int
) -> None:
    assert deliver(sandbox, "/webhooks/shop/redact", "shop/redact", body, **headers)[0] == status


def test_a_foreign_topic_is_answered_and_not_worked_on(
    sandbox: Sandbox, deliver: Send, messages: Messages, rows: Rows, shop: str
) -> None:
    assert deliver(sandbox, "/webhooks/shop/redact", "themes/publish")[0] == 200
    assert "Unexpected topic at /webhooks/shop/redact: THEMES_PUBLISH" in messages(sandbox)
    assert rows(sandbox, "SELECT id FROM webhook_events WHERE shop = %s", shop) == []


def test_an_uninstall_deletes_the_sessions_of_its_shop(
    sandbox: Sandbox, deliver: Send, rows: Rows, eventually: Eventually
) -> None:
    sessions = 'SELECT id FROM "Session" WHERE shop = %s'
    assert rows(sandbox, sessions, past_shop(3))
    deliver(sandbox, "/webhooks/app/uninstalled", "app/uninstalled", X_Shopify_Shop_Domain=past_shop(3))
    assert eventually(lambda: rows(sandbox, sessions, past_shop(3)) == [])


def test_scopes_are_updated_where_there_is_a_session(
    sandbox: Sandbox, deliver: Send, messages: Messages, eventually: Eventually
) -> None:
    body = b'{"current":["read_products","write_products"]}'
    before = messages(sandbox).count(f"APP/SCOPES_UPDATE: scopes updated for {past_shop(1)}")
    deliver(sandbox, "/webhooks/app/scopes_update", "app/scopes_update", body, X_Shopify_Shop_Domain=past_shop(1))
    done = f"APP/SCOPES_UPDATE: scopes updated for {past_shop(1)}"
    assert eventually(lambda: messages(sandbox).count(done) == before + 1)


def test_a_closed_server_asks_its_socket_no_more() -> None:
    before = set(threading.enumerate())
    server = Server(("127.0.0.1", 0), Handler)
    server.answer()
    (answering,) = set(threading.enumerate()) - before
    server.server_close()
    answering.join(10)
    assert not answering.is_alive()
