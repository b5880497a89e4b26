"""The application's certificate, as a browser would judge it: one verified handshake."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# The package first and whole: two threads that import parts of it at once find it half made.
import requests

from ops_tests.clients import web_errors
from ops_tests.clients.web_connection import Deadline
from ops_tests.records.certificates import CertificateAttempt

SECONDS = 10.0
CONNECT_SECONDS = 5.0


def look_at(base_url: str, authority: Path | None = None, seconds: float = SECONDS) -> CertificateAttempt:
    """Shake hands with the host of an address and look at the certificate that was accepted.

    OpenSSL verifies chain, host and dates with the authorities our HTTP client trusts. A chain is accepted only while
    all of it is valid, but the end that is told is the leaf's.

    Args:
        base_url: An address of https.
        authority: A PEM file with the only authority to trust; None for the public ones.
        seconds: The time of connecting and shaking hands together.

    Returns:
        Until when the certificate is valid, or why there is no accepted one: a certificate that is not accepted and a
        host that does not answer turn a browser away alike.
    """
    parts = urlsplit(base_url)
    host, port = parts.hostname or "", parts.port or 443
    with Deadline(seconds) as deadline:
        try:
            shown = _accepted(host, port, _context(authority), deadline)
        except (OSError, ValueError) as error:
            words = web_errors.late(seconds) if deadline.passed else _words(error, seconds)
            return CertificateAttempt(f"{host}:{port}", None, refusal=words)
    return _read(f"{host}:{port}", shown)


def _context(authority: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(authority or requests.utils.DEFAULT_CA_BUNDLE_PATH))


def _accepted(host: str, port: int, context: ssl.SSLContext, deadline: Deadline) -> dict[str, Any]:
    with socket.create_connection((host, port), timeout=min(CONNECT_SECONDS, deadline.left())) as connected:
        connected.settimeout(deadline.left())
        with context.wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False) as shaken:
            deadline.watch(shaken)
            shaken.do_handshake()
            return dict(shaken.getpeercert() or {})


def _words(error: BaseException, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"did not connect within {CONNECT_SECONDS:g} s, or not shake hands within {seconds:g} s"
    return web_errors.reason(error, CONNECT_SECONDS, seconds)


def _read(host: str, shown: dict[str, Any]) -> CertificateAttempt:
    try:
        ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return CertificateAttempt(host, None, refusal="shows a certificate without a readable end")
    names = dict(pair for part in shown.get("issuer", ()) for pair in part)
    issuer = " ".join(filter(None, (names.get("organizationName"), names.get("commonName"))))
    return CertificateAttempt(host, ends_at, issuer=issuer)
