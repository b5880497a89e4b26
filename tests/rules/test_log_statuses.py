"""Statuses in log text: the cheap look before the patterns loses none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.rules.log_statuses import status_places

PIECES = st.sampled_from([
    "GET", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH", "/app", "HTTP/1.1", "http", "http error", "status",
    "\u017ftatus", "statusCode", "response code", "=", ":", "->", "=>", "→", "responded with", "answered", "replied",
    "returned", "failed", "Too Many Requests", "Bad Gateway", "Service Unavailable", "ServiceUnavailable",
    "Gateway Timeout", "Unauthorized", "Bad Request", "Method Not Allowed", "Not Implemented", "Insufficient Storage",
    "error", "Fehler", "Response", "[", "(", '"', "503", "429", "401", "took", "ms", "item",
])  # fmt: skip
REASONS = (
    "Too Many Requests", "Internal Server Error", "Not Implemented", "Bad Gateway", "Service Unavailable",
    "Service Temporarily Unavailable", "Gateway Timeout", "Insufficient Storage", "Unauthorized", "Bad Request",
    "Method Not Allowed",
)  # fmt: skip
SHORTEST = (
    *(f"{method} / 503" for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")),
    *(f"503 {reason}" for reason in REASONS),
    *(f"{word} 503" for word in ("HTTP/2", "HTTP", "a ->", "a =>", "a →", "respond", "responded", "answered with")),
    *(f"{word} 503" for word in ("replied", "returned", "failed with", "error", "fehler", "response")),
    "status=503", "\u017ftatus=503", "response_code=503", "http-code: 503",
)  # fmt: skip
ANNOUNCED = "\n\n\nhttp"
"""Where this follows, the patterns are tried whatever stands before it."""


@given(st.lists(PIECES, max_size=8), st.sampled_from(["", " "]))
def test_what_is_passed_over_bears_no_status(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assert status_places(text) == status_places(text + ANNOUNCED)


@pytest.mark.parametrize("text", SHORTEST)
def test_each_word_that_announces_a_status_is_looked_for(text: str) -> None:
    assert set(status_places(text).values()) == {503}
