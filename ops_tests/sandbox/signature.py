"""The order in which Shopify's official library looks at a delivery, and what it answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

TOPIC, SHOP, WEBHOOK_ID = "x-shopify-topic", "x-shopify-shop-domain", "x-shopify-webhook-id"
REQUIRED = (TOPIC, SHOP, WEBHOOK_ID, "x-shopify-api-version")
SIGNATURE = "x-shopify-hmac-sha256"


def sign(secret: str, body: bytes) -> str:
    """The base64 HMAC-SHA256 of the raw body under the application's client secret."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def refusal(headers: Mapping[str, str], body: bytes, secret: str, unsigned_status: int) -> int:
    """The status a POST is refused with, or 0 when it is valid; header names are in lower case.

    Empty body 400, then no signature ``unsigned_status`` (the library says 400, Timedify 200), then a wrong signature
    401, then a missing header 400.
    """
    if not body:
        return 400
    signature = headers.get(SIGNATURE, "")
    if not signature:
        return unsigned_status
    if not hmac.compare_digest(signature.encode(), sign(secret, body).encode()):
        return 401
    return 0 if all(headers.get(name) for name in REQUIRED) else 400


def normalised(topic: str) -> str:
    """``app_subscriptions/update`` as the library hands it on: ``APP_SUBSCRIPTIONS_UPDATE``."""
    return topic.upper().replace("/", "_").replace(".", "_")
