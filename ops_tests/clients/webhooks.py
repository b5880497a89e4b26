"""Synthetic Shopify deliveries: the shop is always one we made up, and no caller can choose another."""

from __future__ import annotations

import base64
import hashlib
import hmac
import itertools
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from ops_tests.clients.webhook_payloads import payload
from ops_tests.errors import UnsafeToSend
from ops_tests.records.webhooks import Announcement, Delivery

if TYPE_CHECKING:
    from ops_tests.clients.web import Web
    from ops_tests.records.run import Kind
    from ops_tests.records.web import Answer
    from ops_tests.target import Secret
    from ops_tests.target_parts import Endpoint

API_VERSION = "2025-10"
Announce = Callable[[Announcement], None]


def unannounced(_announcement: Announcement) -> None:
    """Drop the announcement: the default for a caller who keeps no record."""


@dataclass(frozen=True)
class _Sending:
    """Everything a delivery is made of, so that it can be sent again byte by byte."""

    endpoint: Endpoint
    kind: Kind
    shop: str
    webhook_id: str
    body: bytes
    signature: str | None


class Webhooks:
    """Sends deliveries as Shopify does, each with its own id and its own shop.

    The first delivery opens a connection and is slower for it: call ``Web.warm`` before, where the time matters.

    Args:
        web: The application; give it a time of 10 s or more, since Shopify itself gives up after 5.
        secret: The application's client secret.
        prefix: The shops are ``<prefix>-<run>-<n>.myshopify.com``.
        run_id: Unique to this run; what may not stand in a host name becomes ``-``.
        announce: Told of each delivery before it is sent, the repeat too: an answer may never come, the row may.
    """

    def __init__(self, web: Web, secret: Secret, prefix: str, run_id: str, announce: Announce = unannounced) -> None:
        self._web = web
        self._secret = secret
        self._announce = announce
        self._shops = f"{prefix}-{re.sub(r'[^a-z0-9]+', '-', run_id.lower()).strip('-')}"
        # next() of this counter is a single step of the interpreter: two threads never get the same number.
        self._numbers = itertools.count(1)
        self._sent: dict[str, _Sending] = {}

    def signed(self, endpoint: Endpoint) -> Delivery:
        """Send a delivery with the right signature.

        Raises:
            Unreachable: No status line came.
        """
        return self._deliver(self._made(endpoint, "signed", self._secret.reveal().encode()))

    def repeat(self, delivery: Delivery | Announcement) -> Delivery:
        """Send a delivery of this run once more: same id, same shop, same bytes, as Shopify's own retry.

        One that got no answer is named by its announcement.

        Raises:
            Unreachable: No status line came.
            UnsafeToSend: The delivery is not one that this client sent.
        """
        sending = self._sent.get(delivery.webhook_id)
        if sending is None or sending.shop != delivery.shop:
            raise UnsafeToSend(
                f"the delivery {delivery.webhook_id!r} is not one of this run, so nothing was sent; expected one that "
                "signed, forged or unsigned returned. Correct the check"
            )
        return self._deliver(sending)

    def forged(self, endpoint: Endpoint) -> Delivery:
        """Send a delivery signed with a random key.

        Raises:
            Unreachable: No status line came.
        """
        return self._deliver(self._made(endpoint, "forged", secrets.token_bytes(32)))

    def unsigned(self, endpoint: Endpoint) -> Delivery:
        """Send a delivery without a signature.

        Raises:
            Unreachable: No status line came.
        """
        return self._deliver(self._made(endpoint, "unsigned", None))

    def get(self, endpoint: Endpoint) -> Delivery:
        """Ask the endpoint with a plain GET, without any of Shopify's headers.

        Raises:
            Unreachable: No status line came.
        """
        answer = self._web.send("GET", endpoint.path, b"", {})
        return _delivery(_Sending(endpoint, "get", "", "", b"", None), answer)

    def _made(self, endpoint: Endpoint, kind: Kind, key: bytes | None) -> _Sending:
        number = next(self._numbers)
        shop = f"{self._shops}-{number}.myshopify.com"
        body = payload(endpoint.topic, shop, number, datetime.now(UTC))
        return _Sending(endpoint, kind, shop, str(uuid4()), body, None if key is None else signature(key, body))

    def _deliver(self, sending: _Sending) -> Delivery:
        self._sent[sending.webhook_id] = sending
        sent_at = datetime.now(UTC)
        self._announce(Announcement(sending.endpoint.path, sending.kind, sending.shop, sending.webhook_id, sent_at))
        headers = delivery_headers(
            sending.endpoint.topic, sending.shop, sending.webhook_id, datetime.now(UTC), sending.signature
        )
        answer = self._web.send("POST", sending.endpoint.path, sending.body, headers)
        return _delivery(sending, answer)


def signature(key: bytes, body: bytes) -> str:
    """Shopify's signature: HMAC-SHA256 over the very bytes that are sent, in base64."""
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def delivery_headers(
    topic: str, shop: str, webhook_id: str, triggered_at: datetime, signed: str | None
) -> dict[str, str]:
    """The headers of Shopify's delivery format; the ids of delivery and event differ, as real ones do.

    Args:
        topic: As Shopify writes it (``app/uninstalled``).
        shop: The shop's domain.
        webhook_id: ``X-Shopify-Webhook-Id``.
        triggered_at: When what it tells happened, UTC.
        signed: What ``signature`` makes of the body; None for a delivery without a signature.
    """
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Shopify-Captain-Hook",
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": shop,
        "X-Shopify-API-Version": API_VERSION,
        "X-Shopify-Webhook-Id": webhook_id,
        "X-Shopify-Event-Id": str(uuid4()),
        "X-Shopify-Triggered-At": triggered_at.strftime("%Y-%m-%dT%H:%M:%S.%f000Z"),
    }
    return headers if signed is None else {**headers, "X-Shopify-Hmac-Sha256": signed}


def _delivery(sending: _Sending, answer: Answer) -> Delivery:
    return Delivery(
        path=sending.endpoint.path,
        topic=sending.endpoint.topic,
        kind=sending.kind,
        shop=sending.shop,
        webhook_id=sending.webhook_id,
        sent_at=answer.sent_at,
        status=answer.status,
        first_byte_seconds=answer.first_byte_seconds,
        seconds=answer.seconds,
        warm=answer.warm,
    )
