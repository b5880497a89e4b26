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
