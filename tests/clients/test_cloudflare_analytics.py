"""Cloudflare's GraphQL analytics: what is asked of them, and what their refusals become."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops_tests.clients.cloudflare_analytics import GROUPS
from ops_tests.clients.traffic import connect
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.records.metrics import Invocations
from ops_tests.target import Target

Server = Callable[..., str]
ACCOUNT = "0123456789abcdef0123456789abcdef"
WORKER = "hub-production"
TABLE: dict[str, Any] = {
    "name": "hub",
    "base_url": "http://127.0.0.1:9",
    "platform": {"kind": "cloudflare", "worker": WORKER, "account": ACCOUNT},
    "metrics": {"token_env": "ANALYTICS_TOKEN"},
}


def target(url: str, table: dict[str, Any] = TABLE) -> Target:
    """A target whose API is at ``url``."""
    environ = {"CLOUDFLARE_API_BASE_URL": f"{url}/client/v4", "ANALYTICS_TOKEN": "cf-x\n"}
    return Target.model_validate(table).placed(Path("hub.toml"), environ)


def group(status: str, requests: Any, errors: Any, worker: str = WORKER) -> dict[str, Any]:
    """One group of invocations that ended alike."""
    return {"sum": {"requests": requests, "errors": errors}, "dimensions": {"scriptName": worker, "status": status}}


def whole(*groups: dict[str, Any], **more: Any) -> bytes:
    """An answer with these groups in one account."""
    accounts = [{"workersInvocationsAdaptive": list(groups)}]
    return json.dumps({"data": {"viewer": {"accounts": accounts}}, "errors": None, **more}).encode()


def failed(message: str) -> bytes:
    """An error as GraphQL has it, with status 200."""
    return json.dumps({"data": None, "errors": [{"message": message, "path": ["viewer"]}]}).encode()


def answering(status: int = 200, body: bytes = b"") -> Callable[..., tuple[int, dict[str, str], bytes]]:
    """The same answer to every question."""
    return lambda *_request: (status, {}, body)


def test_one_question_is_asked_about_a_day_of_the_worker(http_server: Server) -> None:
    asked: list[tuple[str, str, dict[str, str], dict[str, Any]]] = []

    def answer(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], bytes]:
        asked.append((method, path, headers, json.loads(body)))
        return 200, {}, whole(group("success", 2997, 0), group("scriptThrewException", 3, 3))

    seen = connect(target(http_server(answer))).traffic()
    assert seen == Invocations(24, {"success": 2997, "scriptThrewException": 3}, 3)
    ((method, path, headers, body),) = asked
    assert (method, path) == ("POST", "/client/v4/graphql")
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer cf-x", "application/json")
    assert "workersInvocationsAdaptive(limit: 100, filter: {scriptName: $worker," in body["query"]
    variables = body["variables"]
    since, until = (datetime.fromisoformat(variables[name]) for name in ("since", "until"))
    assert (variables["account"], variables["worker"]) == (ACCOUNT, WORKER)
    assert (until - since, since.tzinfo) == (timedelta(days=1), UTC)


@pytest.mark.parametrize(
    ("status", "body", "kind", "words"),
    [
        (401, b"", NotAuthorised, "Account Analytics: Read"),
        (
            403,
            failed("Authentication error"),
            NotAuthorised,
            "403 and says 'Authentication error'; ",
        ),
        (400, failed("Invalid request headers"), NotAuthorised, "set ANALYTICS_TOKEN"),
        (400, b"", Unparsable, "answered 400; .*CLOUDFLARE_API_BASE_URL"),
        (404, b"", Unparsable, "answered 404; .*CLOUDFLARE_API_BASE_URL"),
        (302, b"", Unparsable, "answered 302"),
        (503, b"", Unreachable, r"www\.cloudflarestatus\.com"),
        (200, failed("not authorized for that account"), NotAuthorised, "Account Analytics: Read"),
        (200, failed("rate limiter budget depleted"), RateLimited, "Wait five minutes"),
        (200, failed("unknown field\n  \x1b[31mx"), Unparsable, r"says 'unknown field \\x1b\[31mx'; .*/errors/"),
        (200, json.dumps({"data": None, "errors": [7]}).encode(), Unparsable, "answered an error; "),
    ],
)
def test_a_refusal_says_what_to_do(
    http_server: Server, status: int, body: bytes, kind: type[Blind], words: str
) -> None:
    with pytest.raises(kind, match=words):
        connect(target(http_server(answering(status, body)))).traffic()


def test_a_limited_rate_is_met_with_patience(
    http_server: Server, monkeypatch: pytest.MonkeyPatch, remarks: list[str]
) -> None:
    monkeypatch.setattr("ops_tests.clients.repeating.PAUSES", (0.0, 0.0))
    with pytest.raises(RateLimited, match="Wait five minutes"):
        connect(target(http_server(answering(429))), remarks.append).traffic()
    assert len(remarks) == 2


ODD: dict[str, tuple[bytes, type[Blind], str]] = {
    "a page": (b"<!doctype html>", Unparsable, "not a JSON object"),
    "half an answer": (whole(group("success", 3000, 0))[:-30], Unparsable, "not a JSON object"),
    "no account": (
        b'{"data":{"viewer":{"accounts":[]}},"errors":null}', NotFound,
        f"no account {ACCOUNT}; .*platform.account.*wrangler whoami",
    ),
    "two accounts": (b'{"data":{"viewer":{"accounts":[{},{}]}},"errors":null}', Unparsable, "2 accounts"),
    "no data": (b'{"data":null,"errors":null}', Unparsable, 'no object "data"'),
    "no group": (whole(), NotFound, f'no invocation of "{WORKER}" in 24 h; .*deployments list --name {WORKER}'),
    "no invocation": (whole(group("success", 0, 0)), NotFound, "no invocation"),
    "another Worker": (whole(group("success", 9000, 0, "other")), NotFound, f"numbers of 'other'; .*{WORKER}"),
    "a status twice": (whole(*[group("success", 1, 0)] * 2), Unparsable, "the same status twice"),
    "no status": (whole(group("", 1, 0)), Unparsable, "a group without a status"),
    "more errors than requests": (whole(group("success", 1, 2)), Unparsable, "2 errors in 1 requests"),
    "a sum in quotes": (whole(group("success", "1", 0)), Unparsable, "a sum that is no number"),
    "no errors": (whole(group("success", 1, None)), Unparsable, "a sum that is no number"),
    "a full page of groups": (
        whole(*(group(f"status{number}", 1, 0) for number in range(GROUPS))), NotCovered, "100 groups",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ODD)
def test_an_odd_answer_is_blind(http_server: Server, what: str) -> None:
    body, kind, words = ODD[what]
    with pytest.raises(kind, match=words):
        connect(target(http_server(answering(body=body)))).traffic()


def test_without_part_or_account_nothing_is_asked() -> None:
    nameless = {**TABLE, "platform": {"kind": "cloudflare", "worker": WORKER}}
    for table in (nameless, {key: value for key, value in TABLE.items() if key != "metrics"}):
        with pytest.raises(NotFound, match=r"no \[metrics\] or no platform\.account"):
            connect(target("http://127.0.0.1:9", table))


def test_an_api_that_refuses_connections_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"127\.0\.0\.1:9 refused.*expected an answer to POST /client/v4/graphql"):
        connect(target("http://127.0.0.1:9")).traffic()
