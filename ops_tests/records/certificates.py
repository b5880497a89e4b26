"""What a TLS handshake saw."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CertificateAttempt:
    """A handshake as browsers make it: chain, host and dates verified.

    Attributes:
        host: Whom it was made with, ``host:port``.
        ends_at: Until when the accepted certificate is valid, UTC; None when none was accepted.
        refusal: Why none was accepted ("shows a certificate that has expired"), else "".
        issuer: Who signed it, as the certificate says, or "".
    """

    host: str
    ends_at: datetime | None
    refusal: str = ""
    issuer: str = ""
