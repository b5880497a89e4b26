"""Deliveries are sent for a limited time, however many endpoints there are."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ops_tests.plugin import deliveries
from ops_tests.records.webhooks import Deliveries
from ops_tests.target_parts import SHOPIFY_ENDPOINTS, Endpoint


def sent(seconds: float, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], Deliveries]:
    """The paths that something was sent to in that time, and the result."""
    monkeypatch.setattr(deliveries, "SENDING_SECONDS", seconds)
    paths: list[str] = []

    def send(endpoint: Endpoint) -> Any:
        paths.append(endpoint.path)

    look: Any = SimpleNamespace(target=SimpleNamespace(webhooks=SimpleNamespace(endpoints=SHOPIFY_ENDPOINTS)))
    return paths, deliveries._send(look, "get", send)


def test_every_endpoint_has_its_delivery_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    paths, result = sent(60, monkeypatch)
    assert paths == list(result.answered) == [one.path for one in SHOPIFY_ENDPOINTS]


def test_an_endpoint_nothing_was_sent_to_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    paths, result = sent(-1, monkeypatch)
    assert paths == []
    assert result.unanswered["/webhooks/shop/redact"].startswith("nothing was sent to /webhooks/shop/redact: the ")
