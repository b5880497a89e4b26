"""Sends the payload of a dead letter to the application once more, as Shopify would.

The letter does not keep the id of the delivery it comes from, and that id would be of no use: the application recorded
it before it failed, so it would take the replay for a repetition and do nothing. So a replay has an id of its own. It
follows from the letter and from how often it was replayed in vain: sent twice, it is one delivery to the application,
and after a failure the next one is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from ops_tests.clients.webhooks import delivery_headers, signature

if TYPE_CHECKING:
    from ops_tests.clients.web import Web
    from ops_tests.permit import Permit
    from ops_tests.records.replay import StoredLetter, Waiting
    from ops_tests.records.web import Answer
    from ops_tests.target import Secret
    from ops_tests.target_parts import Endpoint


def webhook_id(letter: Waiting) -> str:
    """``X-Shopify-Webhook-Id`` of the next replay of a letter."""
    return str(uuid5(NAMESPACE_URL, f"dead-letter:{letter.id}:{letter.retry_count}"))


class ReplaySender:
    """Sends stored payloads to real shops' endpoints.

    Args:
        permit: The permission to act on the target.
        web: The application; give it a time of 10 s or more, since Shopify itself gives up after 5.
        secret: The application's client secret.
    """

    def __init__(self, permit: Permit, web: Web, secret: Secret) -> None:
        self._permit = permit
        self._web = web
        self._secret = secret

    def send(self, letter: StoredLetter, endpoint: Endpoint) -> Answer:
        """Send the stored bytes, signed.

        Raises:
            Unreachable: No status line came; the delivery may have arrived.
        """
        body = letter.payload.encode()
        signed = signature(self._secret.reveal().encode(), body)
        headers = delivery_headers(endpoint.topic, letter.shop, webhook_id(letter), letter.created_at, signed)
        return self._web.send("POST", endpoint.path, body, headers)
