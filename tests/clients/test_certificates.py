"""The certificate client against real handshakes: good ones, ones no browser accepts, and what is no TLS."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ops_tests.clients import authorities
from ops_tests.clients.certificates import look_at
from ops_tests.clients.web import Web
from ops_tests.errors import Blind, Unreachable
from ops_tests.sandbox import tls
from ops_tests.sandbox.scenario import Certificate

Serve = Callable[..., str]
Shake = Callable[..., tuple[str, Path]]
Change = Callable[[ssl.SSLContext], None]
GOOD = Certificate()
REFUSED = {
    "expired": (Certificate(days_left=-1), "shows a certificate that has expired"),
    "not yet valid": (Certificate(days_left=100), "shows a certificate that is not valid yet"),
    "another address": (Certificate(host="127.0.0.2"), "shows a certificate for another host"),
    "another host": (Certificate(host="other.example.invalid"), "shows a certificate for another host"),
    "self-signed": (Certificate(signed_by="itself"), "shows a certificate that is self-signed"),
    "unknown authority": (Certificate(signed_by="another authority"), "whose authority is not trusted here"),
}


@pytest.fixture
def shake(tmp_path: Path) -> Iterator[Shake]:
    """Serve TLS, answering each connection with one HTTP answer; return the address and the authority's file."""
    with contextlib.ExitStack() as stack:

        def start(plan: Certificate = GOOD, change: Change | None = None) -> tuple[str, Path]:
            context, authority = tls.context(tmp_path, plan)
            if change:
                change(context)
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=_answer, args=(listener, context), daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return f"https://127.0.0.1:{listener.getsockname()[1]}", authority

        yield start


def _answer(listener: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _address = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError), connection, context.wrap_socket(connection, server_side=True) as shaken:
            if shaken.recv(65536):
                shaken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine")


def test_an_accepted_certificate_tells_its_end_and_its_issuer(shake: Shake) -> None:
    seen = look_at(*shake(Certificate(days_left=60)))
    assert seen.ends_at is not None
    assert abs(seen.ends_at - datetime.now(UTC) - timedelta(days=60)) < timedelta(minutes=5)
    assert (seen.refusal, seen.issuer) == ("", "Sandbox authority")


@pytest.mark.parametrize(("plan", "words"), REFUSED.values(), ids=list(REFUSED))
def test_what_no_browser_accepts_is_told_why(shake: Shake, plan: Certificate, words: str) -> None:
    seen = look_at(*shake(plan))
    assert seen.ends_at is None
    assert words in seen.refusal


def test_the_public_authorities_do_not_vouch_for_a_private_one(shake: Shake) -> None:
    url, _authority = shake()
    assert "whose authority is not trusted here" in look_at(url).refusal


@pytest.mark.parametrize(("plan", "words"), REFUSED.values(), ids=list(REFUSED))
def test_the_http_client_says_the_same(shake: Shake, plan: Certificate, words: str) -> None:
    url, authority = shake(plan)
    with pytest.raises(Unreachable, match=words) as caught:
        Web(url, seconds=5, authority=authority).get("/health")
    assert f"--cacert {authority} {url}/health" in str(caught.value)


def test_the_http_client_trusts_the_authority_it_is_given(shake: Shake) -> None:
    url, authority = shake()
    assert Web(url, seconds=5, authority=authority).get("/health").body == "fine"


def test_the_http_client_trusts_it_for_that_client_only(shake: Shake) -> None:
    url, authority = shake()
    Web(url, seconds=5, authority=authority).get("/health")
    with pytest.raises(Unreachable, match="whose authority is not trusted here"):
        Web(url, seconds=5).get("/health")


@pytest.fixture
def public(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], None]]:
    """Have a file hold the public authorities."""
    authorities._public.cache_clear()
    yield lambda file: monkeypatch.setattr(requests.utils, "DEFAULT_CA_BUNDLE_PATH", str(file))
    authorities._public.cache_clear()


def test_the_public_authorities_are_read_once_for_all_clients(shake: Shake, public: Callable[[Path], None]) -> None:
    url, authority = shake()
    public(authority)
    assert Web(url, seconds=5).get("/health").body == "fine"
    authority.write_text("no longer readable")
    assert Web(url, seconds=5).get("/health").body == "fine"
    assert look_at(url).refusal == ""


def test_public_authorities_are_read_before_anything_is_asked_and_named_when_they_cannot_be(
    public: Callable[[Path], None], tmp_path: Path
) -> None:
    public(tmp_path / "none.pem")
    with pytest.raises(Blind, match=rf"{tmp_path}/none.pem cannot be read as PEM .*install requests and certifi anew"):
        Web("https://127.0.0.1:1")


@pytest.mark.parametrize("is_public", [True, False])
def test_a_name_that_stands_in_the_subject_alone_is_not_accepted(
    shake: Shake, tmp_path: Path, public: Callable[[Path], None], is_public: bool
) -> None:
    shown = _without_other_names("localhost", tmp_path / "subject.pem")
    url, _authority = shake(change=lambda context: context.load_cert_chain(shown))
    public(shown)
    with pytest.raises(Unreachable, match="shows a certificate for another host"):
        Web(url.replace("127.0.0.1", "localhost"), seconds=5, authority=None if is_public else shown).get("/")


def _without_other_names(host: str, file: Path) -> Path:
    """A certificate as they were twenty years ago, with its key; it signs itself, so it is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    draft = draft.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    file.write_bytes(private + draft.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    return file


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_old_protocol_is_named(shake: Shake) -> None:
    def only_old(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")

    assert "it knows no version of TLS from 1.2 on" in look_at(*shake(change=only_old)).refusal


def test_a_refused_handshake_is_named(shake: Shake) -> None:
    def wants_ours(context: ssl.SSLContext) -> None:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers("ECDHE-RSA-AES128-GCM-SHA256")

    assert "broke the TLS handshake: it refused ours" in look_at(*shake(change=wants_ours)).refusal


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ([b"HTTP/1.1 400 Bad Request\r\n\r\n"], "what it speaks is not TLS"),
        ([None], "reset the connection"),
        ([3.0], "sent no whole answer within 1 s"),
    ],
    ids=["plain", "reset", "silent"],
)
def test_what_is_no_handshake_is_no_certificate(serve: Serve, script: list[bytes | float | None], words: str) -> None:
    seen = look_at(serve(script).replace("http:", "https:"), seconds=1)
    assert seen.ends_at is None
    assert words in seen.refusal


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nnothing\n-----END CERTIFICATE-----\n"])
def test_an_authority_that_cannot_be_read_is_our_own_trouble(tmp_path: Path, content: str) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(content)
    url = "https://127.0.0.1:1"
    for look in (lambda: look_at(url, authority), lambda: Web(url, authority=authority)):
        with pytest.raises(Blind, match="cannot be read as PEM") as caught:
            look()
        assert not isinstance(caught.value, Unreachable)
