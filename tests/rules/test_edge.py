"""Judging certificate, redirect, headers and pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.certificates import CertificateAttempt
from ops_tests.records.web import Answer
from ops_tests.rules import certificates, edge

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HSTS = "max-age=31536000; includeSubDomains"


def answered(status: int, headers: Mapping[str, str] = {}, **more: Any) -> Answer:
    return Answer("http://shop.example/health", status, headers, "", NOW, 0.1, 0.1, **more)


def ending(days: float) -> CertificateAttempt:
    return CertificateAttempt("shop.example:443", NOW + timedelta(days=days), issuer="Authority R1")


def test_days_are_counted_to_the_end_and_never_below_none() -> None:
    refused = CertificateAttempt("shop.example:443", None, refusal="refused the connection")
    assert [certificates.days_left(one, NOW) for one in (ending(20.5), ending(-3), refused)] == [20.5, 0, 0]


@pytest.mark.parametrize(("days", "noted"), [(28, False), (27.9, True), (14, True), (13.9, False), (-1, False)])
def test_only_what_is_near_and_no_finding_is_noted(days: float, noted: bool) -> None:
    assert bool(certificates.renewal_notes([ending(days)], Limits(), NOW)) is noted


def test_the_sentence_names_host_end_and_issuer() -> None:
    said = "the certificate of shop.example:443 ends at 2026-11-30 00:00Z, in 10.0 d, signed by Authority R1"
    assert certificates.state(ending(10), NOW) == said


@pytest.mark.parametrize(
    "location",
    ["https://shop.example/health", "https://shop.example:443/", "https://SHOP.example/", "//shop.example/"],
)
@pytest.mark.parametrize("status", [301, 308])
def test_a_permanent_redirect_to_the_same_host_s_https_is_right(status: int, location: str) -> None:
    wrong = edge.redirect_faults(answered(status, {"location": location}), "https://shop.example")
    assert bool(wrong) is location.startswith("//")


@pytest.mark.parametrize(
    ("status", "location"),
    [
        (200, ""), (404, ""), (301, ""), (302, "https://shop.example/"), (307, "https://shop.example/"),
        (301, "http://shop.example/"), (301, "/health"), (301, "https://www.shop.example/"), (301, "https://[broken"),
        (301, "https://shop.example:8443/"), (301, "https://shop.example.evil.example/"),
    ],
)  # fmt: skip
def test_any_other_answer_of_plain_http_is_wrong(status: int, location: str) -> None:
    assert edge.redirect_faults(answered(status, {"location": location}), "https://shop.example")


def test_every_header_that_is_missing_or_other_is_named() -> None:
    seen = answered(200, {"strict-transport-security": "max-age=0", "referrer-policy": "origin", "x-empty": " "})
    expected: dict[str, str | bool] = {"Strict-Transport-Security": HSTS, "Referrer-Policy": True, "X-Empty": True}
    expected["X-Frame-Options"] = "DENY"
    assert edge.header_faults(seen, expected) == [
        "X-Empty is missing",
        "X-Frame-Options is missing",
        f"Strict-Transport-Security is 'max-age=0', expected {HSTS!r}",
    ]


def test_case_and_blanks_of_a_header_do_not_matter() -> None:
    seen = answered(200, {"strict-transport-security": "Max-Age=31536000;includesubdomains"})
    assert edge.header_faults(seen, {"strict-transport-security": HSTS}) == []


@pytest.mark.parametrize("seen", [answered(500), answered(302, redirected_to="https://other.example/")])
def test_headers_of_somebody_else_are_not_judged(seen: Answer) -> None:
    with pytest.raises(NotCovered, match="expected the application's own page"):
        edge.header_faults(seen, {"X-Frame-Options": True})


def test_a_page_is_judged_by_its_own_status() -> None:
    login = answered(302, {"location": "/auth/login"})
    assert edge.page_faults(login, 302) == []
    assert edge.page_faults(login, 200) == ["http://shop.example/health answered 302 and leads to /auth/login"]


def test_the_certificate_that_ends_first_decides() -> None:
    refused = CertificateAttempt("login.shop.example:443", None, refusal="shows a certificate that has expired")
    several = [ending(80), ending(13), refused]
    assert certificates.fewest_days(several[:2], NOW) == 13
    assert certificates.fewest_days(several, NOW) == 0
    assert certificates.ending(several, Limits(), NOW) == [
        "the certificate of shop.example:443 ends at 2026-12-03 00:00Z, in 13.0 d, signed by Authority R1",
        "login.shop.example:443 shows a certificate that has expired",
    ]
    assert certificates.ending(several[:1], Limits(), NOW) == []
    assert len(certificates.renewal_notes([ending(20), *several, ending(27)], Limits(), NOW)) == 2


@pytest.mark.parametrize(
    ("status", "location", "right"),
    [
        (301, f"https://shop.example{edge.WWW_PATH}", True),
        (302, f"https://shop.example{edge.WWW_PATH}", False),
        (308, f"https://shop.example{edge.WWW_PATH}", False),
        (301, "https://shop.example/welcome", False),
        (301, "https://shop.example/", False),
        (301, f"http://shop.example{edge.WWW_PATH}", False),
        (301, f"https://www.shop.example{edge.WWW_PATH}", False),
        (301, edge.WWW_PATH, False),
        (301, "", False),
        (200, "", False),
    ],
)
def test_www_leads_to_the_apex_for_good_with_path_and_query(status: int, location: str, right: bool) -> None:
    wrong = edge.www_faults(answered(status, {"location": location}), "https://shop.example")
    to = f" to {location}" if location else ""
    assert wrong == ([] if right else [f"http://shop.example/health answered {status}{to}"])


CSP = "default-src 'self'; script-src 'self' 'nonce-{}' https://cdn.example"


def test_a_nonce_is_another_with_each_answer() -> None:
    expected: dict[str, str | bool] = {"Content-Security-Policy": CSP.format("0")}
    for nonce in ("b6rT_-x9==", "AAAA"):
        assert edge.header_faults(answered(200, {"content-security-policy": CSP.format(nonce)}), expected) == []


@pytest.mark.parametrize(
    "seen",
    [
        CSP.format(""),
        CSP.replace("'nonce-{}'", "'unsafe-inline'"),
        CSP.replace(" 'nonce-{}'", ""),
        CSP.replace("'nonce-{}'", "'nonce-a' 'nonce-b'"),
        CSP.format("a").replace("cdn", "evil"),
    ],
)
def test_a_policy_that_differs_by_more_than_its_nonce_is_told(seen: str) -> None:
    expected: dict[str, str | bool] = {"Content-Security-Policy": CSP.format("0")}
    assert edge.header_faults(answered(200, {"content-security-policy": seen}), expected)
