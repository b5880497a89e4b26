"""Synthetic deliveries as an application receives them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ops_tests.clients.web import Web
from ops_tests.clients.webhook_payloads import payload
from ops_tests.clients.webhooks import Webhooks
from ops_tests.errors import Unreachable, UnsafeToSend
from ops_tests.records.webhooks import Announcement
from ops_tests.target import Secret
from ops_tests.target_parts import SHOPIFY_ENDPOINTS, Endpoint

SECRET = "top-secret"
ENDPOINT = SHOPIFY_ENDPOINTS[0]
TOPICS = [endpoint.topic for endpoint in SHOPIFY_ENDPOINTS]


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def signed_with_the_secret(self) -> bool:
        expected = base64.b64encode(hmac.new(SECRET.encode(), self.body, hashlib.sha256).digest()).decode()
        return hmac.compare_digest(self.headers.get("X-Shopify-Hmac-Sha256", ""), expected)


@pytest.fixture
def received() -> list[Received]:
    """What the application received."""
    return []


@pytest.fixture
def webhooks(http_server: Callable[..., str], received: list[Received]) -> Webhooks:
    """A client of an application that answers a right signature with 200, a wrong one with 401, and a GET with 405."""

    def answer(*request: Any) -> tuple[int, dict[str, str], bytes]:
        received.append(Received(*request))
        if received[-1].method == "GET":
            return 405, {}, b""
        return (200 if received[-1].signed_with_the_secret else 401), {}, b""

    return Webhooks(Web(http_server(answer)), Secret("S", SECRET), "ops-synthetic", "20260820T101112Z_7F")


@pytest.mark.parametrize("one", SHOPIFY_ENDPOINTS, ids=lambda one: one.id)
def test_a_signed_delivery_is_accepted(webhooks: Webhooks, received: list[Received], one: Endpoint) -> None:
    delivery = webhooks.signed(one)
    assert (delivery.status, delivery.kind, delivery.path, delivery.topic) == (200, "signed", one.path, one.topic)
    assert (received[0].path, received[0].headers["X-Shopify-Topic"]) == (one.path, one.topic)


def test_a_delivery_has_the_headers_of_shopifys_format(webhooks: Webhooks, received: list[Received]) -> None:
    delivery = webhooks.signed(ENDPOINT)
    headers = received[0].headers
    assert headers["X-Shopify-Shop-Domain"] == delivery.shop
    assert headers["X-Shopify-Webhook-Id"] == delivery.webhook_id
    assert (headers["Content-Type"], headers["User-Agent"]) == ("application/json", "Shopify-Captain-Hook")
    assert re.fullmatch(r"\d{4}-\d{2}", headers["X-Shopify-API-Version"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z", headers["X-Shopify-Triggered-At"])


def test_the_ids_of_delivery_and_event_differ(webhooks: Webhooks, received: list[Received]) -> None:
    webhooks.signed(ENDPOINT)
    ids = [UUID(received[0].headers[f"X-Shopify-{name}-Id"]).version for name in ("Webhook", "Event")]
    assert ids == [4, 4]
    assert received[0].headers["X-Shopify-Webhook-Id"] != received[0].headers["X-Shopify-Event-Id"]


def test_every_delivery_has_its_own_id_and_its_own_shop(webhooks: Webhooks) -> None:
    with ThreadPoolExecutor(8) as pool:
        deliveries = list(pool.map(webhooks.signed, SHOPIFY_ENDPOINTS * 5))
    assert len({delivery.webhook_id for delivery in deliveries}) == 30
    assert {delivery.shop for delivery in deliveries} == {
        f"ops-synthetic-20260820t101112z-7f-{number}.myshopify.com" for number in range(1, 31)
    }


def test_a_forged_delivery_bears_a_wrong_signature_of_the_right_form(
    webhooks: Webhooks, received: list[Received]
) -> None:
    delivery = webhooks.forged(ENDPOINT)
    assert (delivery.status, delivery.kind) == (401, "forged")
    assert len(base64.b64decode(received[0].headers["X-Shopify-Hmac-Sha256"], validate=True)) == 32


def test_two_forged_deliveries_are_signed_with_different_keys(webhooks: Webhooks, received: list[Received]) -> None:
    webhooks.repeat(webhooks.forged(ENDPOINT))
    webhooks.forged(ENDPOINT)
    first, again, other = (request.headers["X-Shopify-Hmac-Sha256"] for request in received)
    assert first == again != other


def test_an_unsigned_delivery_bears_no_signature(webhooks: Webhooks, received: list[Received]) -> None:
    assert webhooks.unsigned(ENDPOINT).kind == "unsigned"
    assert "X-Shopify-Hmac-Sha256" not in received[0].headers
    assert "X-Shopify-Shop-Domain" in received[0].headers


def test_a_get_bears_nothing_of_shopify(webhooks: Webhooks, received: list[Received]) -> None:
    delivery = webhooks.get(ENDPOINT)
    assert (delivery.status, delivery.kind, delivery.shop, delivery.webhook_id) == (405, "get", "", "")
    assert not [name for name in received[0].headers if name.startswith("X-Shopify")]
    assert received[0].body == b""


def test_a_repeat_has_the_same_id_shop_signature_and_bytes(webhooks: Webhooks, received: list[Received]) -> None:
    first = webhooks.signed(ENDPOINT)
    second = webhooks.repeat(first)
    assert (second.status, second.webhook_id, second.shop) == (200, first.webhook_id, first.shop)
    assert received[0].body == received[1].body
    assert received[0].headers["X-Shopify-Hmac-Sha256"] == received[1].headers["X-Shopify-Hmac-Sha256"]


def test_what_was_not_sent_by_this_run_cannot_be_repeated(webhooks: Webhooks, received: list[Received]) -> None:
    delivery = webhooks.signed(ENDPOINT)
    for strange in (replace(delivery, webhook_id="mine"), replace(delivery, shop="real.myshopify.com")):
        with pytest.raises(UnsafeToSend, match="so nothing was sent"):
            webhooks.repeat(strange)
    assert len(received) == 1


def test_a_get_cannot_be_repeated(webhooks: Webhooks) -> None:
    with pytest.raises(UnsafeToSend):
        webhooks.repeat(webhooks.get(ENDPOINT))


def test_nobody_there_is_unreachable() -> None:
    webhooks = Webhooks(Web("http://127.0.0.1:1"), Secret("S", SECRET), "ops-synthetic", "run")
    with pytest.raises(Unreachable, match="expected an answer to POST /webhooks/app/uninstalled"):
        webhooks.signed(ENDPOINT)


def test_each_delivery_is_announced_before_it_is_sent_the_unanswered_and_the_repeated_too(
    http_server: Callable[..., str],
) -> None:
    told: list[str] = []

    def answer(*_request: Any) -> tuple[int, dict[str, str], bytes]:
        told.append("answered")
        return 200, {}, b""

    def announce(one: Announcement) -> None:
        told.append(f"{one.kind} {one.path} {one.shop} {one.webhook_id}")

    webhooks = Webhooks(Web(http_server(answer)), Secret("S", SECRET), "ops-synthetic", "run", announce)
    sent = [webhooks.signed(ENDPOINT), webhooks.forged(ENDPOINT), webhooks.unsigned(ENDPOINT)]
    sent.append(webhooks.repeat(sent[0]))
    webhooks.get(ENDPOINT)
    announced = [f"{one.kind} {one.path} {one.shop} {one.webhook_id}" for one in sent]
    assert told == [word for one in announced for word in (one, "answered")] + ["answered"]

    nobody = Webhooks(Web("http://127.0.0.1:1"), Secret("S", SECRET), "ops-synthetic", "run", announce)
    with pytest.raises(Unreachable):
        nobody.signed(ENDPOINT)
    assert told[-1].startswith(f"signed {ENDPOINT.path} ops-synthetic-run-1.myshopify.com ")


def body(topic: str) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(payload(topic, "ops-1.myshopify.com", 3, datetime(2026, 8, 20, tzinfo=UTC)))
    return made


@pytest.mark.parametrize("topic", [*TOPICS, "orders/create"])
def test_nothing_in_a_payload_belongs_to_anybody(topic: str) -> None:
    text = json.dumps(body(topic))
    mails = re.findall(r"[\w.-]+@[\w.-]+", text)
    domains = re.findall(r"[\w-]+(?:\.[\w-]+)*\.(?:com|net|org|io|dev|invalid)\b", text)
    assert all(mail.endswith(".invalid") for mail in mails)
    assert all(domain == "ops-1.myshopify.com" or domain.endswith("example.invalid") for domain in domains)
    assert set(re.findall(r"\+1[\d-]+", text)) <= {"+1-202-555-0100"}


@pytest.mark.parametrize("topic", TOPICS)
def test_every_id_in_a_payload_is_larger_than_any_shopify_gave_out(topic: str) -> None:
    ids = [
        int(number) for number in re.findall(r"(?:_id|\"id|Shop/|requested\W+)\D{0,4}(\d+)", json.dumps(body(topic)))
    ]
    assert ids
    assert set(ids) == {9_000_000_000_000_003}


@pytest.mark.parametrize(
    ("topic", "keys"),
    [
        ("app/scopes_update", {"id", "shop_id", "previous", "current", "updated_at"}),
        ("app_subscriptions/update", {"app_subscription"}),
        ("customers/data_request", {"shop_id", "shop_domain", "orders_requested", "customer", "data_request"}),
        ("customers/redact", {"shop_id", "shop_domain", "customer", "orders_to_redact"}),
        ("shop/redact", {"shop_id", "shop_domain"}),
    ],
)
def test_a_payload_has_the_fields_of_its_topic(topic: str, keys: set[str]) -> None:
    assert set(body(topic)) == keys


def test_the_payload_of_an_uninstall_is_a_whole_shop() -> None:
    shop = body("app/uninstalled")
    assert len(shop) == 54
    assert shop["myshopify_domain"] == "ops-1.myshopify.com"


def test_two_payloads_have_different_ids() -> None:
    now = datetime(2026, 8, 20, tzinfo=UTC)
    assert payload("shop/redact", "s", 1, now) != payload("shop/redact", "s", 2, now)
