"""Faults of what stands around the application: certificate, redirect to HTTPS, security headers, pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.checks_by_need import (
    ANSWERS,
    CERTIFICATE,
    FRONT,
    HEADERS,
    NEED_APPLICATION,
    PRIVACY,
    TERMS,
    TO_HTTPS,
)
from ops_tests.sandbox.fault import Fault, blind, finding, note
from ops_tests.sandbox.scenario import Certificate, Edge, Scenario, WebPage

Change = Callable[[Scenario], Scenario]
NOT_ACCEPTED = finding("L3", CERTIFICATE, ANSWERS) + blind(*NEED_APPLICATION)
"""Nobody whose trust is sound comes through: plain HTTP alone answers as before."""


def _edge(**changes: Any) -> Change:
    return lambda scenario: replace(scenario, edge=replace(scenario.edge, **changes))


def _certificate(**changes: Any) -> Change:
    return _edge(certificate=replace(Certificate(), **changes))


def _header(name: str, value: str | None) -> Change:
    """The scenario with another value of a header, or without it."""
    others = tuple(pair for pair in Edge().headers if pair[0] != name)
    return _edge(headers=(*others, *([(name, value)] if value is not None else [])))


def _page(path: str, status: int, redirect_to: str = "") -> Change:
    pages = tuple(page for page in Edge().pages if page.path != path)
    return _edge(pages=(*pages, WebPage(path, status, redirect_to)))


FAULTS = (
    Fault("certificate-expired", "the certificate ended yesterday", NOT_ACCEPTED, _certificate(days_left=-1)),
    Fault("certificate-near-end", "the certificate ends in 20 days", note(CERTIFICATE), _certificate(days_left=20)),
    Fault("certificate-ends-soon", "the certificate ends in 10 days",
          finding("L1", CERTIFICATE), _certificate(days_left=10)),
    Fault("certificate-ends-at-once", "the certificate ends in 2 days",
          finding("L2", CERTIFICATE), _certificate(days_left=2)),
    Fault("certificate-not-yet-valid", "the certificate begins in 10 days",
          NOT_ACCEPTED, _certificate(days_left=100)),
    Fault("certificate-wrong-host", "the certificate is another host's",
          NOT_ACCEPTED, _certificate(host="other.example.invalid")),
    Fault("certificate-self-signed", "the certificate is signed by itself",
          NOT_ACCEPTED, _certificate(signed_by="itself")),
    Fault("certificate-unknown-authority", "the certificate is signed by an authority nobody knows",
          NOT_ACCEPTED, _certificate(signed_by="another authority")),
    Fault("redirect-missing", "plain HTTP is answered with 200", finding("L1", TO_HTTPS), _edge(redirect_status=200)),
    Fault("redirect-other-host", "plain HTTP leads to another host",
          finding("L1", TO_HTTPS), _edge(redirect_to="https://parking.example.invalid")),
    Fault("redirect-temporary", "plain HTTP is answered with 302", finding("L1", TO_HTTPS), _edge(redirect_status=302)),
    Fault("header-missing", "the pages bear no Strict-Transport-Security",
          finding("L1", HEADERS), _header("Strict-Transport-Security", None)),
    Fault("header-weakened", "Content-Security-Policy lets anybody frame the pages",
          finding("L1", HEADERS), _header("Content-Security-Policy", "frame-ancestors *")),
    Fault("page-404", "/privacy answers 404", finding("L1", PRIVACY), _page("/privacy", 404)),
    Fault("page-500", "/terms answers 500", finding("L1", TERMS), _page("/terms", 500)),
    Fault("page-to-login", "/ leads to the login", finding("L1", FRONT), _page("/", 302, "/auth/login")),
    Fault("front-page-500", "/ answers 500", finding("L1", FRONT) + blind(HEADERS), _page("/", 500)),
)  # fmt: skip
