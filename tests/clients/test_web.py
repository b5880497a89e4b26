"""What the HTTP client makes of servers that answer well, badly, slowly, or not at all."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from ops_tests import __version__
from ops_tests.clients.web import Web
from ops_tests.errors import Blind, Unreachable

Serve = Callable[..., str]
OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 4\r\n\r\nfine"
DRIP = [b"a", 0.05] * 60


def quick(base_url: str, remarks: list[str] | None = None) -> Web:
    return Web(base_url, remark=(remarks if remarks is not None else []).append, seconds=1)


def test_an_answer_has_status_headers_body_and_times(serve: Serve) -> None:
    answer = Web(serve([WHOLE])).get("/health")
    assert (answer.status, answer.headers["content-length"], answer.body, answer.damage) == (200, "4", "fine", "")
    assert 0 < answer.first_byte_seconds <= answer.seconds
    assert answer.url.endswith("/health")


def test_a_connection_that_has_served_is_warm_and_connecting_is_quick(serve: Serve) -> None:
    web = Web(serve([WHOLE]))
    assert not web.send("GET", "/", b"", {}).warm
    assert 0 < web.connecting_seconds() < 1


def test_connecting_to_nobody_is_told_like_any_other_request() -> None:
    with pytest.raises(Unreachable, match="refused the connection"):
        Web("http://127.0.0.1:9").connecting_seconds()


@pytest.mark.parametrize(
    ("script", "damage", "body"),
    [
        ([OK + b"Content-Length: 9\r\n\r\nfine"], "cut short", "fine"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n"], "cut short", "fine"),
        ([OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"], "cut short", ""),
        ([OK + b"Content-Length: 99\r\n\r\n", *DRIP], "still arriving after 1 s", "a"),
        ([OK + b"\r\n", *DRIP], "still arriving after 1 s", "a"),
        ([OK, *[b"X-More: 1\r\n", 0.05] * 60], "still arriving after 1 s", ""),
        ([OK + b"\r\n" + b"a" * (2**20 + 1)], "longer than 1 MiB", "a"),
        ([OK + b"Content-Encoding: gzip\r\n\r\nfine"], "not the gzip that its content encoding says", ""),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"fine")[:-4]], "gzip cut short", "fine"),
        ([OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"a" * 2**21)], "longer than 1 MiB", "a"),
        ([OK + b"Content-Encoding: br\r\n\r\nfine"], "in the content encoding 'br', which was not asked for", "fine"),
    ],
    ids=[
        "length",
        "chunked",
        "bad-chunk",
        "dripping",
        "endless-drip",
        "dripping-headers",
        "large",
        "no-gzip",
        "short-gzip",
        "bomb",
        "unasked",
    ],
)
def test_a_body_that_is_not_whole_is_damage(serve: Serve, script: list[bytes | float], damage: str, body: str) -> None:
    answer = quick(serve(script)).get("/health")
    assert (answer.status, answer.damage) == (200, damage)
    assert answer.body.startswith(body)


def test_a_dripping_body_is_left_before_its_end(serve: Serve) -> None:
    assert len(quick(serve([OK + b"\r\n", *DRIP])).get("/health").body) < 60


def test_dripping_headers_are_left_before_their_end(serve: Serve) -> None:
    headers = quick(serve([OK, *[b"X-More: 1\r\n", 0.05] * 60])).get("/health").headers
    assert headers["x-more"].count("1") < 60


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", gzip.compress(b"fine")),
        ("deflate", zlib.compress(b"fine")),
        ("deflate", zlib.compressobj(wbits=-15).compress(b"") + b"\x01\x04\x00\xfb\xfffine"),
        ("identity", b"fine"),
    ],
    ids=["gzip", "deflate", "deflate-without-header", "identity"],
)
def test_a_compressed_body_is_decoded(serve: Serve, encoding: str, content: bytes) -> None:
    answer = quick(serve([OK + f"Content-Encoding: {encoding}\r\n\r\n".encode() + content])).get("/health")
    assert (answer.body, answer.damage) == ("fine", "")


def test_a_body_is_decoded_with_the_charset_it_names(serve: Serve) -> None:
    script = [OK + b"Content-Type: text/plain; charset=latin-1\r\n\r\n\xfc"]
    assert quick(serve(script)).get("/").body == "ü"


def test_a_body_of_an_unknown_charset_is_read_as_utf_8(serve: Serve) -> None:
    script = [OK + b"Content-Type: text/plain; charset=klingon\r\n\r\n\xc3\xbc\xff"]
    assert quick(serve(script)).get("/").body == "ü\ufffd"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ([], "closed the connection without an answer"),
        ([None], "reset the connection"),
        ([3.0], "sent no whole answer within 1 s"),
        ([b"H", 0.1] * 30, "sent no whole answer within 1 s"),
        ([b"SSH-2.0-server\r\n\r\n"], "answered something that is not HTTP"),
    ],
    ids=["closed", "reset", "silent", "dripping", "not-http"],
)
def test_no_status_line_is_unreachable(serve: Serve, script: list[bytes | float | None], reason: str) -> None:
    url = serve(script)
    with pytest.raises(Unreachable) as caught:
        quick(url).get("/health")
    host = url.removeprefix("http://")
    assert str(caught.value).startswith(host)
    assert reason in str(caught.value)
    assert str(caught.value).endswith(f"expected an answer to GET /health. Next: curl -v --max-time 1 {url}/health")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:1", "127.0.0.1:1 refused the connection"),
        ("https://127.0.0.1:1", "127.0.0.1:1 refused the connection"),
        ("http://no-such-host.invalid", "no-such-host.invalid:80 has a name that DNS does not resolve"),
    ],
)
def test_no_connection_is_unreachable(url: str, reason: str) -> None:
    with pytest.raises(Unreachable, match=reason):
        quick(url).get("/health")


def test_a_server_without_tls_breaks_the_handshake(serve: Serve) -> None:
    with pytest.raises(Unreachable, match="broke the TLS handshake"):
        quick(serve([b"HTTP/1.1 400 Bad Request\r\n\r\n"]).replace("http:", "https:")).get("/health")


def test_a_redirect_on_the_same_host_is_followed(serve: Serve) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    answer = quick(serve([moved], [WHOLE])).get("/here")
    assert (answer.status, answer.body, answer.redirected_to) == (200, "fine", "")
    assert answer.url.endswith("/there")


@pytest.mark.parametrize(
    "location", ["https://other.invalid/", "//other.invalid/x", "http://127.0.0.1:9/", "ftp://127.0.0.1/"]
)
def test_a_redirect_to_another_host_is_named_and_not_followed(serve: Serve, location: str) -> None:
    script = [f"HTTP/1.1 301 Moved\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()]
    answer = quick(serve(script)).get("/health")
    assert answer.status == 301
    assert answer.redirected_to.endswith(location)


def test_a_redirect_that_is_no_address_is_named(serve: Serve) -> None:
    script = [b"HTTP/1.1 301 Moved\r\nLocation: http://[broken\r\nContent-Length: 0\r\n\r\n"]
    assert quick(serve(script)).get("/").redirected_to == "http://[broken"


def test_endless_redirects_are_damage(http_server: Serve) -> None:
    url = http_server(lambda *_request: (302, {"Location": "/again"}, b""))
    assert Web(url).get("/health").damage == "still redirecting after 5 redirects"


def test_send_returns_a_redirect_as_it_is(serve: Serve) -> None:
    script = [b"HTTP/1.1 302 Found\r\nLocation: /there\r\nContent-Length: 0\r\n\r\n"]
    assert quick(serve(script)).send("POST", "/here", b"x", {}).status == 302


def test_send_transmits_exactly_these_bytes_and_headers(http_server: Serve) -> None:
    seen: list[tuple[str, str, dict[str, str], bytes]] = []
    url = http_server(lambda *request: (seen.append(request), (204, {}, b""))[1])  # type: ignore[func-returns-value]  # append
    Web(url).send("POST", "/hook", b'{"a" : "\xc3\xbc"} ', {"X-Topic": "t"})
    method, path, headers, body = seen[0]
    assert (method, path, headers["X-Topic"], body) == ("POST", "/hook", "t", b'{"a" : "\xc3\xbc"} ')


def test_requests_name_the_suite_and_bear_no_cookie(http_server: Serve) -> None:
    seen: list[dict[str, str]] = []

    def answer(_method: str, _path: str, headers: dict[str, str], _body: bytes) -> tuple[int, dict[str, str], bytes]:
        seen.append(headers)
        return 200, {"Set-Cookie": "session=1"}, b""

    web = Web(http_server(answer))
    web.get("/")
    web.get("/")
    assert seen[1]["User-Agent"] == f"ops-tests/{__version__}"
    assert "Cookie" not in seen[1]


def test_proxies_of_the_environment_are_not_used(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert Web(serve([WHOLE])).get("/").status == 200


def test_one_reset_is_repeated_and_remarked(serve: Serve, remarks: list[str]) -> None:
    answer = quick(serve([None], [WHOLE]), remarks).get("/health")
    assert answer.status == 200
    assert len(remarks) == 1
    assert "the connection was reset; asked again at once" in remarks[0]


def test_a_second_reset_is_unreachable(serve: Serve, remarks: list[str]) -> None:
    with pytest.raises(Unreachable, match="reset the connection"):
        quick(serve([None], [None], [WHOLE]), remarks).get("/health")
    assert len(remarks) == 1


def test_what_was_sent_is_not_repeated_on_a_fresh_connection(serve: Serve, remarks: list[str]) -> None:
    with pytest.raises(Unreachable):
        quick(serve([None], [WHOLE]), remarks).send("POST", "/hook", b"x", {})
    assert remarks == []


def test_what_was_sent_over_a_connection_that_had_gone_stale_is_repeated(serve: Serve, remarks: list[str]) -> None:
    # The server keeps the connection, takes the second request, and resets instead of answering.
    first = [b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfine", 0.2, None]
    web = quick(serve(first, [WHOLE]), remarks)
    web.warm()
    assert web.send("POST", "/hook", b"x", {}).status == 200
    assert len(remarks) == 1


def test_a_warm_connection_is_used_by_the_next_request(http_server: Serve) -> None:
    seen: list[str] = []
    url = http_server(lambda _method, path, *_rest: (200, {}, (seen.append(path), b"x")[1]))  # type: ignore[func-returns-value]  # append
    web = Web(url)
    web.warm("/health")
    web.send("POST", "/hook", b"x", {})
    pools = web._session.get_adapter(url).poolmanager.pools  # type: ignore[attr-defined]  # our adapter has one
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118  # it is no mapping
    assert seen == ["/health", "/hook"]


def test_a_header_that_cannot_be_sent_does_not_show_its_value() -> None:
    with pytest.raises(Blind) as caught:
        Web("http://127.0.0.1:1").get("/", {"Authorization": "top\nsecret"})
    assert "InvalidHeader" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_closing_ends_the_kept_connections(http_server: Serve) -> None:
    web = Web(http_server(lambda *_request: (200, {}, b"")))
    web.warm()
    web.close()
    assert web.get("/").status == 200
