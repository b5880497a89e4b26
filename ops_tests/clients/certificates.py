"""The application's certificate, as a browser would judge it: one verified handshake."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ops_tests.clients import web_errors
from ops_tests.clients.authorities import trusting
from ops_tests.clients.names import LOOKUP_SECONDS
from ops_tests.clients.web_connection import Deadline
from ops_tests.records.certificates import CertificateAttempt

SECONDS = 10.0
CONNECT_SECONDS = 5.0


def worst_seconds() -> float:
    """The longest a handshake takes, the look-up of the name before it included."""
    return LOOKUP_SECONDS + SECONDS + 1


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

    Raises:
        Blind: The authority's file cannot be read.
    """
    parts, context = urlsplit(base_url), trusting(authority)
    host, port = parts.hostname or "", parts.port or 443
    with Deadline(seconds) as deadline:
        try:
            shown = _accepted(host, port, context, deadline)
        except (OSError, ValueError) as error:
            words = web_errors.late(seconds) if deadline.passed else _words(error, seconds)
            return CertificateAttempt(f"{host}:{port}", None, refusal=words)
    return read(f"{host}:{port}", shown)


def _accepted(host: str, port: int, context: ssl.SSLContext, deadline: Deadline) -> dict[str, Any]:
    with socket.create_connection((host, port), timeout=min(CONNECT_SECONDS, deadline.left())) as connected:
        # From here on the deadline shuts the socket, whatever drips in; this is only its net.
        connected.settimeout(deadline.left() + 1)
        with context.wrap_socket(connected, server_hostname=host, do_handshake_on_connect=False) as shaken:
            deadline.watch(shaken)
            shaken.do_handshake()
            return dict(shaken.getpeercert() or {})


def _words(error: BaseException, seconds: float) -> str:
    if isinstance(error, TimeoutError):
        return f"did not accept a connection within {CONNECT_SECONDS:g} s"
    return web_errors.reason(error, CONNECT_SECONDS, seconds)


def read(host: str, shown: dict[str, Any]) -> CertificateAttempt:
    """Read what Python tells of an accepted certificate (``SSLSocket.getpeercert``)."""
    try:
        ends_at = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return CertificateAttempt(host, None, refusal="shows a certificate without a readable end")
    return CertificateAttempt(host, ends_at, issuer=_issuer(shown.get("issuer")))


def _issuer(parts: Any) -> str:
    try:
        names = {str(key): str(value) for part in parts for key, value in part}
    except (TypeError, ValueError):
        return ""
    name = " ".join(filter(None, (names.get("organizationName"), names.get("commonName"))))
    return name.encode("utf-8", "replace").decode("utf-8")
