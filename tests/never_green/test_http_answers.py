"""What a socket may send in place of an answer: a record or an error, and never healthy for want of evidence."""

from __future__ import annotations

import contextlib
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients import fly_logs
from ops_tests.clients.web import Web
from ops_tests.clients.webhooks import Webhooks
from ops_tests.errors import Blind
from ops_tests.records.logs import LogWindow
from ops_tests.records.web import HealthAttempt
from ops_tests.rules import health, log_coverage, log_errors
from ops_tests.rules.log_entries import entries
from ops_tests.target import Secret
from ops_tests.target_parts import Endpoint, HealthPart
from tests.never_green.conftest import Answering
from tests.never_green.spoiling import DEEP, EMPTY_ANSWERS, FEW, LONG_NUMBER, emptied, spoilt

PART = HealthPart(expect={"status": ("ok",), "checks.*.status": ("ok",)})
WELL = {"status": "ok", "service": "timedify", "checks": {"database": {"status": "ok"}, "queue": {"status": "ok"}}}
ILL: list[Any] = [{**WELL, "status": "degraded"}, {**WELL, "checks": {"database": {"status": "failing"}}}]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
BODY = json.dumps(WELL).encode()
ANSWERS = {
    "with a length": HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY,
    "until the end": HEAD + b"\r\n" + BODY,
    "in chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY),
    "compressed": HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY, mtime=0),
}
CHARSETS = ("base64", "hex", "rot13", "undefined", "idna", "punycode", "raw_unicode_escape", "utf-7", "utf-16", "zlib")
PUT_IN = (
    b"",
    b"\0",
    b"\r\n",
    b"\n\n",
    b":",
    b"\xff",
    b"9" * 5000,
    b"-",
    b"chunked",
    b"Location: //[\r\n",
    b"x" * 70000,
)


def said(server: Answering, raw: bytes, part: HealthPart = PART) -> list[str]:
    """What client and rules say about an answer; blind is said too."""
    server.raw = raw
    try:
        answer = Web(server.url, seconds=5).get("/health")
        wrong = health.wrong_answers(HealthAttempt(server.url, answer))
        found = wrong + health.unhealthy_fields(answer, part)
    except Blind as error:
        found = [str(error)]
    "\n".join(found).encode()
    return found


def with_body(body: str | bytes) -> bytes:
    """A whole answer with this body."""
    return HEAD + b"\r\n" + (body if isinstance(body, bytes) else body.encode())


@st.composite
def torn(draw: st.DrawFn, raw: bytes) -> bytes:
    """The bytes with a piece taken out and something put in."""
    start, end = sorted(draw(st.tuples(st.integers(0, len(raw)), st.integers(0, len(raw)))))
    return raw[:start] + draw(st.sampled_from(PUT_IN)) + raw[draw(st.sampled_from([start, end])) :]


SENT = pytest.mark.parametrize("way", ANSWERS)


@SENT
def test_the_whole_answer_is_healthy(answering: Answering, way: str) -> None:
    assert said(answering, ANSWERS[way]) == []


@SENT
@FEW
@given(data=st.data())
def test_a_cut_answer_is_never_healthy(answering: Answering, way: str, data: st.DataObject) -> None:
    whole = ANSWERS[way] if way != "in chunks" else ANSWERS[way].removesuffix(b"\r\n\r\n")
    assert said(answering, whole[: data.draw(st.integers(0, len(whole) - 1))])


@pytest.mark.parametrize("text", EMPTY_ANSWERS)
def test_an_empty_body_is_never_healthy(answering: Answering, text: str) -> None:
    assert said(answering, with_body(text))


@FEW
@given(data=st.data())
def test_emptying_a_place_makes_nobody_well(answering: Answering, data: st.DataObject) -> None:
    assert said(answering, with_body(json.dumps(data.draw(emptied(data.draw(st.sampled_from(ILL)))))))


@FEW
@given(document=spoilt(WELL))
def test_a_spoilt_body_is_a_sentence(answering: Answering, document: Any) -> None:
    said(answering, with_body(json.dumps(document)))


@pytest.mark.parametrize("text", [DEEP, LONG_NUMBER, '{"status": ' + DEEP + "}", '{"a": ' + LONG_NUMBER + "}"])
def test_depth_and_length_are_no_crash(answering: Answering, text: str) -> None:
    assert said(answering, with_body(text))


@pytest.mark.parametrize("charset", CHARSETS)
def test_a_charset_that_is_no_text_is_no_crash(answering: Answering, charset: str) -> None:
    head = HEAD.replace(b"application/json", b"application/json; charset=" + charset.encode())
    said(answering, head + b"\r\n\\ud83d" + BODY)


@SENT
@FEW
@given(data=st.data())
def test_a_torn_answer_is_a_record_or_an_error(answering: Answering, way: str, data: st.DataObject) -> None:
    raw = data.draw(torn(ANSWERS[way]))
    said(answering, raw)
    with contextlib.suppress(Blind):
        web = Web(answering.url, seconds=5)
        Webhooks(web, Secret("SECRET", "s"), "ops-synthetic", "run").signed(Endpoint(path="/webhooks/shop/redact"))


NOW = datetime.now(UTC)
SINCE = NOW - timedelta(minutes=5)


def page(count: int, message: str = "GET /health 200 - - 3.1 ms") -> dict[str, Any]:
    """A page of the logs API: its last line has this message."""
    ages = [290 - place * 280 / count for place in range(count)]
    return {"data": [_item(age, "GET /health 200 - - 3.1 ms") for age in ages[:-1]] + [_item(5, message)],
            "meta": {"next_token": "1"}}  # fmt: skip


def _item(age: float, message: str) -> dict[str, Any]:
    meta = {"instance": "i", "region": "fra", "event": {"provider": "app"}}
    moment = (NOW - timedelta(seconds=age)).isoformat().replace("+00:00", "Z")
    return {"id": "1", "attributes": {"timestamp": moment, "message": message, "level": "info", "meta": meta}}


def log_read(server: Answering, body: str | bytes) -> LogWindow:
    """What the client reads when every page is this one."""
    server.raw = with_body(body)
    return fly_logs.read("demo", Secret("FLY_API_TOKEN", "fm2_x"), server.url, SINCE)


def log_is_fine(server: Answering, body: str | bytes) -> bool:
    """Whether the check of the log would be green."""
    try:
        window = log_read(server, body)
        found = log_errors.errors(entries(window.lines))
        log_coverage.require_cover(window, expects_lines=True, previous_look=None)
    except Blind:
        return False
    return not found


def test_the_whole_page_is_fine_unless_it_shows_an_error(answering: Answering) -> None:
    failing = json.dumps(page(20, "GET /app 503 - - 2 ms"))
    assert (log_is_fine(answering, json.dumps(page(20))), log_is_fine(answering, failing)) == (True, False)


@FEW
@given(length=st.integers(0, len(json.dumps(page(3))) - 1))
def test_a_cut_page_is_never_fine(answering: Answering, length: int) -> None:
    assert not log_is_fine(answering, json.dumps(page(3))[:length])


@pytest.mark.parametrize("text", [*EMPTY_ANSWERS, '{"data": []}', '{"data": null}', '{"data": [], "meta": {}}', DEEP])
def test_an_empty_page_is_never_fine(answering: Answering, text: str) -> None:
    assert not log_is_fine(answering, text)


@pytest.mark.parametrize("meta", [None, {}, {"next_token": ""}, {"next_token": None}, []])
def test_a_full_page_that_leads_nowhere_is_never_fine(answering: Answering, meta: object) -> None:
    assert not log_is_fine(answering, json.dumps({**page(100), "meta": meta}))


@FEW
@given(document=spoilt(page(3)))
def test_a_spoilt_page_is_a_window_or_an_error(answering: Answering, document: Any) -> None:
    with contextlib.suppress(Blind):
        "\n".join(line.message for line in log_read(answering, json.dumps(document)).lines).encode()
