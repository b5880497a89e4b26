"""One healthy sandbox for all tests that leave it as they found it, and the ways to talk to it."""

from __future__ import annotations

import http.client
import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest

from ops_tests.sandbox import signature
from ops_tests.sandbox.embedded import Sandbox

Response = tuple[int, bytes]


def connection_to(url: str) -> http.client.HTTPConnection:
    """A connection to the host of an address; whether its certificate is good is the suite's business, not ours."""
    parts = urlsplit(url)
    if parts.scheme == "http":
        return http.client.HTTPConnection(parts.netloc, timeout=20)
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    return http.client.HTTPSConnection(parts.netloc, timeout=20, context=trusting)


Send = Callable[..., Response]


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A healthy sandbox, started where PostgreSQL's own variables would lead astray."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
        environment.setenv("PGSSLMODE", "require")
        started = Sandbox.start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def ask() -> Callable[..., Response]:
    """Send one HTTP request and read its answer."""

    def ask(
        base_url: str, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Response:
        with closing(connection_to(base_url)) as connection:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response.status, response.read()

    return ask


@pytest.fixture
def shop() -> str:
    """A synthetic shop of this test alone."""
    return f"ops-synthetic-{uuid.uuid4().hex[:12]}.myshopify.com"


@pytest.fixture
def deliver(ask: Send, shop: str) -> Send:
    """Send one delivery; ``signed=None`` leaves the signature out, ``False`` forges it."""

    def deliver(
        started: Sandbox,
        path: str,
        topic: str,
        body: bytes = b'{"id":1}',
        *,
        signed: bool | None = True,
        **headers: str,
    ) -> Response:
        secret = started.environment["SHOPIFY_API_SECRET"] if signed else "another"
        sent = {
            "X-Shopify-Topic": topic,
            "X-Shopify-Shop-Domain": shop,
            "X-Shopify-API-Version": "2025-10",
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            **({} if signed is None else {"X-Shopify-Hmac-Sha256": signature.sign(secret, body)}),
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return ask(started.base_url, "POST", path, body, {name: value for name, value in sent.items() if value})

    return deliver


@pytest.fixture(scope="session")
def messages(ask: Send) -> Callable[[Sandbox], list[str]]:
    """All log messages of a sandbox from its start on, page after page."""

    def messages(started: Sandbox) -> list[str]:
        token = "1"
        found: list[str] = []
        while True:
            path = f"/api/v1/apps/timedify-sandbox/logs?next_token={token}"
            headers = {"Authorization": started.environment["FLY_API_TOKEN"]}
            page = json.loads(ask(started.environment["FLY_API_BASE_URL"], "GET", path, b"", headers)[1])
            if not page["data"]:
                return found
            found += [item["attributes"]["message"] for item in page["data"]]
            token = page["meta"]["next_token"]

    return messages


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[tuple[Any, ...]]]:
    """What a query of the read-only role returns."""

    def rows(started: Sandbox, query: str, *values: object) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(started.environment["DATABASE_URL"], connect_timeout=5)
        with closing(connection), connection.cursor() as cursor:
            cursor.execute(query, values)
            return cursor.fetchall()

    return rows


@pytest.fixture(scope="session")
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes true within a generous time; background work is awaited so."""

    def eventually(condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 20
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        return condition()

    return eventually
