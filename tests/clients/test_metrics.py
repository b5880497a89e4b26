"""Fly's Prometheus API: what is asked of it, and what its refusals become."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ops_tests.clients.metrics import connect
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.target import Target

Server = Callable[..., str]
TABLE: dict[str, Any] = {
    "name": "demo",
    "base_url": "http://127.0.0.1:9",
    "platform": {"kind": "fly", "app": 'de"mo'},
    "metrics": {"org": "acme", "token_env": "FLY_API_TOKEN"},
}


def target(url: str, token: str = "fm2_x") -> Target:
    """A target whose APIs are at ``url``."""
    environ = {"FLY_API_BASE_URL": url, "FLY_API_TOKEN": token}
    return Target.model_validate(TABLE).placed(Path("demo.toml"), environ)


def vector(*series: tuple[dict[str, str], str], **more: Any) -> bytes:
    """An answer to ``query``: now."""
    now = datetime.now(UTC).timestamp()
    result = [{"metric": {"app": 'de"mo'} | labels, "value": [now, value]} for labels, value in series]
    document = {"status": "success", "data": {"resultType": "vector", "result": result}, **more}
    return json.dumps(document).encode()


def answering(status: int = 200, body: bytes = b"") -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """The same answer to every question."""
    return lambda *_request: (status, {}, body)


def test_numbers_of_another_moment_are_told_with_the_moment_that_was_asked_for(http_server: Server) -> None:
    document = json.loads(vector(({"instance": "a"}, "1")))
    document["data"]["result"][0]["value"][0] -= 86400
    with pytest.raises(NotCovered, match=r"is about [-\d]+ [\d:]+Z; expected [-\d]+ [\d:]+Z\. Are the clocks right\?"):
        connect(target(http_server(answering(body=json.dumps(document).encode())))).traffic()


@pytest.mark.parametrize(
    ("token", "header"),
    [("fm2_x", "FlyV1 fm2_x"), ("FlyV1 fm2_x", "FlyV1 fm2_x"), ("fo1_x", "Bearer fo1_x"), ("Bearer x", "Bearer x")],
)
def test_the_token_stands_under_the_scheme_of_its_kind(http_server: Server, token: str, header: str) -> None:
    seen: list[str] = []

    def answer(_method: str, _path: str, headers: dict[str, str], _body: bytes) -> tuple[int, dict[str, str], bytes]:
        seen.append(headers["Authorization"])
        return 200, {}, vector()

    with pytest.raises(NotFound, match="no machine"):
        connect(target(http_server(answer), token)).traffic()
    assert seen == [header]


def test_every_question_is_of_the_organisation_and_the_app_only(http_server: Server) -> None:
    asked: list[str] = []

    def answer(_method: str, path: str, *_rest: object) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(path)
        assert url.path == "/prometheus/acme/api/v1/query"
        asked.append(parse_qs(url.query)["query"][0])
        bears = {"instance": "a"} if "fly_instance_up" in asked[-1] else {"status": "200"}
        return 200, {}, vector((bears, "1"))

    connect(target(http_server(answer))).traffic()
    assert len(asked) == 4
    assert all('{app="de\\"mo"' in query for query in asked)


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, NotAuthorised, "FLY_API_TOKEN"),
        (403, NotAuthorised, "fly tokens create readonly"),
        (404, NotFound, "metrics.org"),
        (503, Unreachable, "status.flyio.net"),
        (302, Unparsable, "metrics.url"),
    ],
)
def test_a_refusal_says_what_to_do(http_server: Server, status: int, kind: type[Blind], words: str) -> None:
    with pytest.raises(kind, match=words):
        connect(target(http_server(answering(status)))).load()


def test_a_limited_rate_is_met_with_patience(
    http_server: Server, monkeypatch: pytest.MonkeyPatch, remarks: list[str]
) -> None:
    monkeypatch.setattr("ops_tests.clients.repeating.PAUSES", (0.0, 0.0))
    with pytest.raises(RateLimited):
        connect(target(http_server(answering(429))), remarks.append).traffic()
    assert len(remarks) == 2


ODD: dict[str, tuple[Callable[[], bytes], type[Blind], str]] = {
    "status error": (
        lambda: b'{"status":"error","errorType":"422","error":"unknown func"}',
        Unparsable,
        "no success and says 'unknown func'",
    ),
    "a page": (lambda: b"<html>", Unparsable, "not a JSON object"),
    "a part": (lambda: vector(({"instance": "a"}, "1"), isPartial=True), NotCovered, "partial"),
    "a series twice": (lambda: vector(*[({"instance": "a"}, "1")] * 2), Unparsable, "the same series twice"),
    "another app": (lambda: vector(({"app": "other"}, "1")), NotFound, "numbers of 'other'"),
    "a machine without a name": (lambda: vector(({}, "1")), Unparsable, "without its name"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_answer_is_blind(http_server: Server, what: str) -> None:
    made, kind, words = ODD[what]
    with pytest.raises(kind, match=words):
        connect(target(http_server(answering(body=made())))).traffic()


def test_a_warning_is_passed_on(http_server: Server, remarks: list[str]) -> None:
    body = vector(({"instance": "a", "status": "200"}, "1"), warnings=["one store was slow"])
    connect(target(http_server(answering(body=body))), remarks.append).traffic()
    assert set(remarks) == {"metrics service warns: 'one store was slow'"}


def test_a_url_in_the_file_wins() -> None:
    part = {**TABLE["metrics"], "url": "http://127.0.0.1:9"}
    elsewhere = Target.model_validate({**TABLE, "metrics": part}).placed(Path("demo.toml"), {"FLY_API_TOKEN": "x"})
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 refused"):
        connect(elsewhere).traffic()


def test_without_the_part_nothing_is_asked() -> None:
    table = {key: value for key, value in TABLE.items() if key != "metrics"}
    with pytest.raises(NotFound, match=r"no \[metrics\]"):
        connect(Target.model_validate(table).placed(Path("demo.toml"), {}))
