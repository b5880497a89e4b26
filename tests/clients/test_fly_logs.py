"""The logs API's client against an HTTP server that pages, refuses, breaks and never ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ops_tests.clients import fly_logs, repeating
from ops_tests.errors import Blind, NotAuthorised, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.records.logs import LogWindow
from ops_tests.target import Secret

Serve = Callable[..., str]
Reply = tuple[int, dict[str, str], bytes]
SINCE = datetime(2026, 8, 20, 10, tzinfo=UTC)
START = str(int(SINCE.timestamp()) * 10**9)
TOKEN = Secret("FLY_API_TOKEN", "fm2_topsecret")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "PAUSES", (0.01, 0.02))


def page(seconds: list[float], following: str | None) -> dict[str, Any]:
    data = [{"id": str(second), "attributes": _attributes(second)} for second in seconds]
    return {"data": data, "meta": {"next_token": following}}


def _attributes(second: float) -> dict[str, Any]:
    moment = (SINCE + timedelta(seconds=second)).isoformat().replace("+00:00", "Z")
    meta = {"instance": "i", "region": "fra", "event": {"provider": "app"}}
    return {"timestamp": moment, "message": f"m{second:g}", "level": "info", "instance": "i", "meta": meta}


def paging(pages: dict[str, dict[str, Any]]) -> Callable[..., Reply]:
    def answer(_method: str, path: str, _headers: dict[str, str], _body: bytes) -> Reply:
        token = parse_qs(urlsplit(path).query)["next_token"][0]
        return 200, {}, json.dumps(pages[token]).encode()

    return answer


def read(url: str, until: datetime | None = None, token: Secret = TOKEN) -> LogWindow:
    return fly_logs.read("demo", token, url, SINCE, until)


def messages(window: LogWindow) -> list[str]:
    return [line.message for line in window.lines]


def test_pages_are_read_until_one_is_empty(http_server: Serve) -> None:
    url = http_server(paging({START: page([1, 2], "a"), "a": page([3], "b"), "b": page([], "b")}))
    window = read(url)
    assert messages(window) == ["m1", "m2", "m3"]
    assert (window.since, window.complete, window.source) == (SINCE, True, "logs API")


@pytest.mark.parametrize("following", ["a", "", None])
def test_pages_are_read_until_the_token_stays(http_server: Serve, following: str | None) -> None:
    window = read(http_server(paging({START: page([1], "a"), "a": page([2], following)})))
    assert (messages(window), window.complete) == (["m1", "m2"], True)


def test_lines_are_sorted_and_each_comes_once_and_none_is_too_old(http_server: Serve) -> None:
    window = read(http_server(paging({START: page([3, 1, -1, 0], "a"), "a": page([3, 2], "a")})))
    assert messages(window) == ["m0", "m1", "m2", "m3"]


def test_reading_ends_where_the_window_does(http_server: Serve) -> None:
    window = read(http_server(paging({START: page([1, 2, 3], "never asked for")})), SINCE + timedelta(seconds=2))
    assert (messages(window), window.complete) == (["m1", "m2"], True)
    assert window.until == SINCE + timedelta(seconds=2)


@pytest.mark.parametrize(("lines", "asked"), [(1, 1), (fly_logs.PAGE_LINES, 2)])
def test_a_log_that_grows_faster_than_it_is_read_ends_with_a_page_of_now(
    http_server: Serve, lines: int, asked: int
) -> None:
    to_come = (datetime.now(UTC) - SINCE).total_seconds() + 3600
    pages = {START: page([to_come + n for n in range(lines)], "a"), "a": page([to_come + lines], "b")}
    window = read(http_server(paging(pages)))
    assert (len(window.lines), window.complete) == (lines + asked - 1, True)


def test_a_log_that_never_ends_is_not_complete(http_server: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fly_logs, "PAGE_CAP", 3)
    pages = {START: page([1], "1"), "1": page([2], "2"), "2": page([3], "3")}
    window = read(http_server(paging(pages)))
    assert (messages(window), window.complete) == (["m1", "m2", "m3"], False)


def test_a_reading_that_takes_too_long_is_not_complete(http_server: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fly_logs, "READ_SECONDS", 0)
    window = read(http_server(paging({START: page([1], "a")})))
    assert (messages(window), window.complete) == (["m1"], False)


@pytest.mark.parametrize(
    ("value", "header"),
    [
        ("fm2_a,fm2_b\n", "FlyV1 fm2_a,fm2_b"),
        ("FlyV1 fm2_a", "FlyV1 fm2_a"),
        ("Bearer old", "Bearer old"),
        ("old", "Bearer old"),
    ],
)
def test_the_token_goes_under_its_scheme(http_server: Serve, value: str, header: str) -> None:
    seen: list[str] = []

    def answer(_method: str, path: str, headers: dict[str, str], _body: bytes) -> Reply:
        seen.extend((path, headers["Authorization"]))
        return 200, {}, b'{"data": [], "meta": {}}'

    read(http_server(answer), token=Secret("T", value))
    assert seen == [f"/api/v1/apps/demo/logs?next_token={START}", header]


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, NotAuthorised, "Next: fly tokens create readonly -o ORG, then set FLY_API_TOKEN"),
        (403, NotAuthorised, "expected a token that may read"),
        (404, NotFound, 'expected an app named "demo"'),
        (500, Unreachable, "answered 500 for demo"),
        (503, Unreachable, "answered 503 for demo"),
        (418, Unparsable, "Is FLY_API_BASE_URL right"),
    ],
)
def test_a_refusal_has_its_kind(http_server: Serve, status: int, kind: type[Blind], said: str) -> None:
    with pytest.raises(Blind, match=said) as caught:
        read(http_server(lambda *_request: (status, {}, b"Unauthorized fm2_topsecret")))
    assert type(caught.value) is kind
    assert "topsecret" not in str(caught.value)


def test_a_redirect_elsewhere_does_not_take_the_token_along(http_server: Serve) -> None:
    with pytest.raises(Unparsable, match=r"answered 302 for demo and points to https://other\.invalid/"):
        read(http_server(lambda *_request: (302, {"Location": "https://other.invalid/"}, b"")))


def test_a_rate_limit_is_waited_out_and_remarked(http_server: Serve, remarks: list[str]) -> None:
    replies: list[Reply] = [(429, {}, b""), (200, {}, b'{"data": [], "meta": {}}')]
    window = fly_logs.read("demo", TOKEN, http_server(lambda *_request: replies.pop(0)), SINCE, remark=remarks.append)
    assert window.complete
    assert remarks == ["logs API was rate limited; asked again after 0.01 s"]


def test_an_endless_rate_limit_is_an_error(http_server: Serve) -> None:
    with pytest.raises(RateLimited, match="answered 429 for demo"):
        read(http_server(lambda *_request: (429, {}, b"")))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html>", "not a JSON object"),
        (b"[]", "not a JSON object"),
        (b'{"error": "x"}', 'no list "data"'),
        (b'{"data": ["x"]}', "has a log line without message"),
        (b'{"data": [{"attributes": {"message": "m"}}]}', "whose timestamp is"),
    ],
)
def test_an_undocumented_answer_is_unparsable(http_server: Serve, body: bytes, said: str) -> None:
    with pytest.raises(Unparsable, match=f"logs API.* {said}"):
        read(http_server(lambda *_request: (200, {}, body)))


def test_a_page_cut_short_is_unparsable(serve: Serve) -> None:
    with pytest.raises(Unparsable, match="the answer is cut short; expected a whole page"):
        read(serve([b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"data": []']))


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:1 refused the connection"):
        read("http://127.0.0.1:1")


def follow(url: str, token: Secret = TOKEN) -> LogWindow:
    return fly_logs.next_page("demo", token, url, SINCE)


def test_whoever_follows_the_log_asks_for_one_page(http_server: Serve) -> None:
    window = follow(http_server(paging({START: page([3, 1, 1, -1], "a")})))
    assert (messages(window), window.complete) == (["m1", "m3"], True)
    assert window.until > SINCE + timedelta(seconds=3)


def test_a_full_page_ends_with_its_newest_line_since_more_may_follow(http_server: Serve) -> None:
    full = [number / 10 for number in range(fly_logs.PAGE_LINES)]
    assert follow(http_server(paging({START: page(full, "a")}))).until == SINCE + timedelta(seconds=9.9)


def test_a_full_page_of_one_moment_does_not_hold_the_follower(http_server: Serve) -> None:
    window = follow(http_server(paging({START: page([0] * fly_logs.PAGE_LINES, "a")})))
    assert window.until == SINCE + timedelta(microseconds=1)


def test_a_page_that_is_refused_is_blind_for_the_follower_too(http_server: Serve) -> None:
    with pytest.raises(NotAuthorised, match="401"):
        follow(http_server(lambda *_asked: (401, {}, b"")))
