"""The application's certificate and the authority that signs it, both made anew at each start.

Keys on the curve P-256 take a millisecond, so nothing is kept from one start to the next.
"""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Certificate

AUTHORITY, _SHOWN = "authority.pem", "shown.pem"
_LIFE = timedelta(days=90)


@dataclass(frozen=True)
class _Signer:
    """Who signs."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey


def context(folder: Path, plan: Certificate) -> tuple[ssl.SSLContext, Path]:
    """Make authority and certificate in the folder.

    Returns:
        The server's side of TLS, and the file with the authority for whoever connects.
    """
    ends_at = datetime.now(UTC) + timedelta(days=plan.days_left)
    ours, another = _authority("Sandbox authority"), _authority("Unknown authority")
    key = ec.generate_private_key(ec.SECP256R1())
    own_name = _name(plan.host)
    signers = {"the authority": ours, "another authority": another, "itself": _Signer(own_name, key)}
    shown = _leaf(plan.host, key, signers[plan.signed_by], ends_at)
    (folder / AUTHORITY).write_bytes(_pem(_root(ours)))
    _write_secret(folder / _SHOWN, _private_pem(key) + _pem(shown))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / _SHOWN)
    return server, folder / AUTHORITY


def _authority(name: str) -> _Signer:
    return _Signer(_name(name), ec.generate_private_key(ec.SECP256R1()))


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _root(signer: _Signer) -> x509.Certificate:
    now, public = datetime.now(UTC), signer.key.public_key()
    signs = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    draft = _draft(signer.name, signer, public).not_valid_before(now - _LIFE).not_valid_after(now + 40 * _LIFE)
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    draft = draft.add_extension(signs, critical=True)
    draft = draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    return draft.sign(signer.key, hashes.SHA256())


def _leaf(host: str, key: ec.EllipticCurvePrivateKey, signer: _Signer, ends_at: datetime) -> x509.Certificate:
    draft = _draft(_name(host), signer, key.public_key()).not_valid_before(ends_at - _LIFE).not_valid_after(ends_at)
    draft = draft.add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key())
    return draft.add_extension(issuer_key, critical=False).sign(signer.key, hashes.SHA256())


def _draft(name: x509.Name, signer: _Signer, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    draft = x509.CertificateBuilder().subject_name(name).issuer_name(signer.name).public_key(public)
    return draft.serial_number(x509.random_serial_number())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_secret(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
