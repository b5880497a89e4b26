"""The live watch: what a stream of events says, and every way it may not be one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops_tests import USER_AGENT
from ops_tests.clients import cloudflare
from ops_tests.clients.wrangler_json import invocations
from ops_tests.errors import Blind, NotCovered
from ops_tests.records.workers import Invocation
from ops_tests.rules import workers as rules
from ops_tests.sandbox.evolution_hub.scenario import Scenario
from ops_tests.sandbox.evolution_hub.scenario import Wrangler as Habits
from tests.clients.wranglers import WORKER, platform, wrangler_on_path

URL = "https://hub-evolution.com"


def event(path: str = "/", outcome: str = "ok", status: int = 200, **more: Any) -> dict[str, Any]:
    """One event as wrangler prints it."""
    request = {"url": f"{URL}{path}", "method": "GET", "headers": {}}
    return {"outcome": outcome, "exceptions": [], "event": {"request": request, "response": {"status": status}}, **more}


def printed(*events: dict[str, Any]) -> str:
    """Events as wrangler prints them: of many lines, one after the other."""
    return "".join(f"{json.dumps(one, indent=4)}\n" for one in events)


def test_events_of_many_lines_are_read_one_after_the_other() -> None:
    found, damage = invocations(
        printed(event("/a?token=1"), event("/b", "exception", exceptions=[{"name": "TypeError"}]))
    )
    assert found == (Invocation("GET /a", "ok", 200), Invocation("GET /b", "exception", 200, ("TypeError",)))
    assert damage == ""


@pytest.mark.parametrize(
    ("about", "what"),
    [
        ({"cron": "0 2 * * *", "scheduledTime": 1}, "cron"),
        ({"scheduledTime": 1}, "alarm"),
        ({"queue": "mail", "batchSize": 3}, "queue"),
        ({"rpcMethod": "get"}, "RPC"),
        ({"mailFrom": "a@example.invalid"}, "e-mail"),
        (None, "something else"),
    ],
)
def test_what_is_no_request_is_named_by_its_kind(about: dict[str, Any] | None, what: str) -> None:
    assert invocations(printed({"outcome": "ok", "event": about}))[0] == (Invocation(what, "ok"),)


def test_of_our_own_requests_only_those_of_the_watch_count() -> None:
    told = printed(*(event(path, status=500) for path in ("/page", "/health?ops=abc")))
    ours = told.replace('"headers": {}', f'"headers": {{"user-agent": "{USER_AGENT}"}}')
    assert invocations(ours + printed(event("/visited")), "abc")[0] == (
        Invocation("GET /health", "ok", 500),
        Invocation("GET /visited", "ok", 200),
    )


def test_a_last_event_that_is_still_being_written_is_none() -> None:
    whole = printed(event("/a"), event("/b"))
    assert invocations(whole[:-20]) == ((Invocation("GET /a", "ok", 200),), "")


@pytest.mark.parametrize("text", ["Tail disconnected, exiting.", "✘ [ERROR] A request failed"])
def test_text_behind_the_events_is_damage(text: str) -> None:
    found, damage = invocations(printed(event("/a")) + text)
    assert len(found) == 1
    assert text in damage


def test_more_than_can_be_shown_is_damage() -> None:
    found, damage = invocations(printed(event("/a"), {"outcome": "ok", "event": {"type": "overload", "message": "x"}}))
    assert len(found) == 1
    assert "overload" in damage


def asking(folder: Path, **request: Any) -> Callable[[str], None]:
    """Serves one request a call: writes its event where the stand-in's application does."""

    def ask(word: str) -> None:
        one = event(f"/api/health?ops={word}", eventTimestamp=time.time() * 1000, scriptName=WORKER, logs=[], **request)
        with (folder / "events.ndjson").open("a") as events:
            events.write(f"{json.dumps(one)}\n")

    return ask


def watched(folder: Path, habits: Habits | None = None, seconds: float = 0.2, **request: Any) -> Any:
    """A watch of the stand-in."""
    (folder / "events.ndjson").touch()
    environ = wrangler_on_path(folder, replace(Scenario(), wrangler=habits or Habits(latency_seconds=0)))
    return platform(environ).watch(seconds, asking(folder, **request))


def test_our_own_request_is_seen_and_everything_is_well(tmp_path: Path) -> None:
    seen = watched(tmp_path)
    assert seen.own_seen
    assert rules.failing(seen) == []
    assert "GET /api/health" in {one.what for one in seen.invocations}


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"outcome": "exceededCpu"}, "GET /api/health: exceededCpu"),
        ({"outcome": "exception", "exceptions": [{"name": "TypeError"}]}, "GET /api/health: exception (TypeError)"),
        ({"outcome": "ok", "status": 500}, "GET /api/health answered 500"),
    ],
)
def test_an_invocation_that_fails_is_named(tmp_path: Path, request_: dict[str, Any], said: str) -> None:
    assert any(said in one for one in rules.failing(watched(tmp_path, **request_)))


def test_a_client_that_went_away_is_no_failure(tmp_path: Path) -> None:
    assert rules.failing(watched(tmp_path, outcome="canceled")) == []


def test_a_watch_that_sees_not_even_us_is_blind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloudflare, "SIGHT_SECONDS", 1.5)
    seen = watched(tmp_path, Habits(tail="silent"))
    assert (seen.own_seen, seen.asked) == (False, 2)
    with pytest.raises(NotCovered, match="did not see one of our own 2 requests"):
        rules.failing(seen)


@pytest.mark.parametrize("tail", ["ends at once", "killed"])
def test_a_watch_that_ends_by_itself_is_blind(tmp_path: Path, tail: Any) -> None:
    with pytest.raises(Blind, match="wrangler tail evolution-hub-production failed"):
        watched(tmp_path, Habits(tail=tail, latency_seconds=0))


def test_what_is_asked_for_and_fails_ends_the_watch(tmp_path: Path) -> None:
    def refused(_word: str) -> None:
        raise Blind("nobody answers")

    environ = wrangler_on_path(tmp_path, Scenario())
    with pytest.raises(Blind, match="nobody answers"):
        platform(environ).watch(0.2, refused)


def test_neither_launcher_nor_child_outlives_the_watch(tmp_path: Path) -> None:
    before = _named("wrangler_stand_in")
    watched(tmp_path)
    ends_at = time.monotonic() + 5
    while _named("wrangler_stand_in") - before and time.monotonic() < ends_at:
        time.sleep(0.05)
    ours = {pid for pid in _named("wrangler_stand_in") - before if str(tmp_path) in _command(pid)}
    assert not ours


def _named(word: str) -> set[int]:
    return {int(one.name) for one in Path("/proc").glob("[0-9]*") if word in _command(int(one.name))}


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
