"""The order of Shopify's library: body, signature there, signature right, headers."""

from __future__ import annotations

import pytest

from ops_tests.sandbox import signature

SECRET, BODY = "shpss_test", b'{"a":1}'
WHOLE = dict.fromkeys(signature.REQUIRED, "x")
GOOD = {**WHOLE, signature.SIGNATURE: signature.sign(SECRET, BODY)}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (GOOD, BODY, 0),
        (GOOD, b"", 400),
        ({}, b"", 400),
        (WHOLE, BODY, 299),
        ({**GOOD, signature.SIGNATURE: ""}, BODY, 299),
        ({}, BODY, 299),
        (GOOD, BODY + b" ", 401),
        ({**WHOLE, signature.SIGNATURE: "wrong"}, BODY, 401),
        ({**WHOLE, signature.SIGNATURE: "kein ö"}, BODY, 401),
        ({signature.SIGNATURE: "wrong"}, BODY, 401),
        ({signature.SIGNATURE: GOOD[signature.SIGNATURE]}, BODY, 400),
    ],
)
def test_each_flaw_is_met_in_its_place(headers: dict[str, str], body: bytes, status: int) -> None:
    assert signature.refusal(headers, body, SECRET, unsigned_status=299) == status


@pytest.mark.parametrize("missing", signature.REQUIRED)
def test_every_required_header_is_required(missing: str) -> None:
    headers = {name: value for name, value in GOOD.items() if name != missing}
    assert signature.refusal(headers, BODY, SECRET, 400) == 400


def test_the_signature_is_the_base64_of_the_hmac_of_the_raw_body() -> None:
    # printf '{"a":1}' | openssl dgst -sha256 -hmac shpss_test -binary | base64
    assert signature.sign(SECRET, BODY) == "0Jy1Y9Sq0FsN8H3q2VaFHSsyKoGpKEceGz58RZUKNKo="


def test_topics_are_normalised_as_the_library_does() -> None:
    assert signature.normalised("app_subscriptions/update") == "APP_SUBSCRIPTIONS_UPDATE"
