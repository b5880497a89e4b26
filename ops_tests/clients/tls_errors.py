"""Why a TLS handshake failed, in words."""

from __future__ import annotations

import ssl

_EXPIRED, _NOT_YET = 10, 9
_SELF_SIGNED, _SELF_SIGNED_IN_CHAIN = 18, 19
_NO_ISSUER, _NO_ISSUER_LOCALLY, _UNVERIFIED_LEAF = 2, 20, 21
_OTHER_HOST, _OTHER_ADDRESS = 62, 64
_UNKNOWN = "shows a certificate whose authority is not trusted here, or sends it without the intermediate one"
_CERTIFICATE = {
    _EXPIRED: "shows a certificate that has expired, or whose chain has",
    _NOT_YET: "shows a certificate that is not valid yet",
    _SELF_SIGNED: "shows a certificate that is self-signed",
    _SELF_SIGNED_IN_CHAIN: _UNKNOWN,
    _NO_ISSUER: _UNKNOWN,
    _NO_ISSUER_LOCALLY: _UNKNOWN,
    _UNVERIFIED_LEAF: _UNKNOWN,
    _OTHER_HOST: "shows a certificate for another host",
    _OTHER_ADDRESS: "shows a certificate for another host",
}
"""By OpenSSL's X509_V_ERR number (openssl/x509_vfy.h)."""
_OLD = ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "UNSUPPORTED_SSL_VERSION", "VERSION_TOO_LOW")
_NOT_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")


def reason(error: ssl.SSLError) -> str:
    """Say why the handshake failed; the sentence goes on after ``host:port``."""
    if isinstance(error, ssl.SSLCertVerificationError):
        words = _CERTIFICATE.get(error.verify_code, "shows a certificate that is not accepted")
        return f"{words} ({error.verify_message})"
    said = error.reason or "no reason given"
    if any(word in said for word in _OLD):
        return f"broke the TLS handshake: it knows no version of TLS from 1.2 on ({said})"
    if any(word in said for word in _NOT_TLS):
        return f"broke the TLS handshake: what it speaks is not TLS ({said})"
    if "ALERT" in said:
        return f"broke the TLS handshake: it refused ours ({said})"
    return f"broke the TLS handshake ({said})"
