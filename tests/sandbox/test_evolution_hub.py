"""The embedded Evolution Hub: its answers over real HTTPS, and the live log of what it was asked."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.sandbox.wrangler_state import VISITOR, version_id
from ops_tests.target_file import load_target
from tests.sandbox.evolution_hub import SYSTEM, WORKER, analytics, ask, tailing

Eventually = Callable[[Callable[[], bool]], bool]
USAGE = "/api/ai-image/usage"


@pytest.fixture(scope="module")
def hub() -> Iterator[Sandbox]:
    """A healthy one."""
    started = Sandbox.start(system=SYSTEM)
    yield started
    started.stop()


def wrangler(sandbox: Sandbox, *words: str, **environ: str) -> Any:
    """What a command says in JSON."""
    given = {**os.environ, **sandbox.environment, **environ}
    done = subprocess.run(["wrangler", *words], capture_output=True, text=True, check=True, env=given)
    return json.loads(done.stdout)


def test_health_is_200_and_names_its_services(hub: Sandbox) -> None:
    answer = ask(hub.base_url, "/api/health")
    assert answer.status == 200
    assert answer.json["success"] is True
    data = answer.json["data"]
    assert (data["status"], data["services"]) == ("ok", {"d1": True, "kv": True, "r2": True})
    assert (data["version"], "errors" in data) == ("production", False)
    assert re.fullmatch(r"\d+ms", data["duration"])


def test_the_analytics_tell_of_the_day_of_one_worker_to_whoever_bears_the_token(hub: Sandbox) -> None:
    def groups(worker: str) -> Any:
        return analytics(hub, worker).json["data"]["viewer"]["accounts"][0]["workersInvocationsAdaptive"]

    sums = [one["sum"] for one in groups(WORKER)]
    assert (sum(one["requests"] for one in sums), sum(one["errors"] for one in sums)) == (12000, 3)
    assert {one["dimensions"]["scriptName"] for one in groups(WORKER)} == {WORKER}
    assert groups("evolution-hub") == []
    assert analytics(hub, token="another").status == 403


@pytest.mark.parametrize("method", ["POST", "OPTIONS", "HEAD"])
def test_health_takes_nothing_but_get(hub: Sandbox, method: str) -> None:
    answer = ask(hub.base_url, "/api/health", method)
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    if method != "HEAD":
        assert answer.json["error"]["type"] == "method_not_allowed"


def test_the_first_visit_is_led_to_the_welcome_page(hub: Sandbox) -> None:
    first = ask(hub.base_url, "/")
    assert (first.status, first.headers["Location"]) == (302, "/welcome?next=%2F")
    welcome = ask(hub.base_url, first.headers["Location"])
    assert (welcome.status, welcome.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert ask(hub.base_url, "/nowhere").status == 404


def test_the_api_tells_what_may_be_used(hub: Sandbox) -> None:
    answer = ask(hub.base_url, USAGE)
    assert (answer.status, answer.json["success"]) == (200, True)
    assert answer.headers["X-Usage-OwnerType"] == "guest"
    assert {"X-Usage-Plan", "X-Usage-Limit"} <= {*answer.headers}


def test_the_database_is_told_by_its_tables(hub: Sandbox) -> None:
    data = ask(hub.base_url, "/api/health/db").json["data"]
    assert data["status"] == "ok"
    assert data["tables"]["users"] is data["tables"]["comments"] is True


@pytest.mark.parametrize("path", ["/", "/welcome", "/api/health", USAGE, "/nowhere"])
def test_every_answer_bears_the_security_headers_and_a_nonce_of_its_own(hub: Sandbox, path: str) -> None:
    one, other = (ask(hub.base_url, path).headers for _ in range(2))
    assert one["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert (one["X-Frame-Options"], one["X-Content-Type-Options"]) == ("DENY", "nosniff")
    scripts = [
        re.findall(r"script-src 'self' 'nonce-([\w-]+)'", each["Content-Security-Policy"]) for each in (one, other)
    ]
    assert scripts[0] != scripts[1]
    assert all(scripts)


def test_www_leads_to_the_same_path_and_query(hub: Sandbox) -> None:
    answer = ask(hub.place["https"]["www_url"], "/pricing?plan=pro&a=%2F")
    assert (answer.status, answer.headers["Location"]) == (301, f"{hub.base_url}/pricing?plan=pro&a=%2F")


def test_plain_http_leads_to_https(hub: Sandbox) -> None:
    answer = ask(hub.place["https"]["plain_url"], "/pricing")
    assert (answer.status, answer.headers["Location"]) == (301, f"{hub.base_url}/pricing")


def test_the_packaged_target_loads_at_its_address(hub: Sandbox, tmp_path: Path) -> None:
    write_files(hub, tmp_path)
    target = load_target(tmp_path / "target.toml", hub.environment)
    assert (target.name, target.base_url, target.acts) == ("sandbox-evolution-hub-live", hub.base_url, True)
    assert "CLOUDFLARE_API_TOKEN=" in (tmp_path / "env").read_text()


def test_the_tail_tells_of_our_own_request_and_of_the_visitors(hub: Sandbox, eventually: Eventually) -> None:
    with tailing(hub) as tail:
        event = tail.sees(hub, f"{USAGE}?mine=1", X_Marked="yes", Authorization="Bearer secret")
        assert tail.printed().startswith('{\n    "wallTime": ')
        assert eventually(lambda: any(_from(VISITOR, one) for one in tail.events()))
        assert tail.end() == 0
    request = event["event"]["request"]
    assert (event["outcome"], event["exceptions"], event["event"]["response"]) == ("ok", [], {"status": 200})
    assert (request["method"], request["headers"]["x-marked"]) == ("GET", "yes")
    assert request["headers"]["authorization"] == "REDACTED"
    assert (event["scriptName"], event["scriptVersion"]["id"]) == (WORKER, version_id(41))


def _from(agent: str, event: dict[str, Any]) -> bool:
    return bool(event["event"]["request"]["headers"].get("user-agent") == agent)


def test_the_tail_of_another_worker_tells_nothing_of_ours(hub: Sandbox) -> None:
    with tailing(hub, "evolution-hub") as other, tailing(hub) as ours:
        ours.sees(hub, f"{USAGE}?mine=2")
        ours.sees(hub, f"{USAGE}?mine=3")
        assert other.end(signal.SIGTERM) == 0
        assert other.printed() == ""


def test_the_tail_leaves_out_what_was_not_asked_for(hub: Sandbox) -> None:
    with (
        tailing(hub, WORKER, "--status", "error") as errors,
        tailing(hub, WORKER, "--header", "x-marked:one") as marked,
    ):
        marked.sees(hub, f"{USAGE}?mine=4", X_Marked="one")
        marked.sees(hub, f"{USAGE}?mine=5", X_Marked="one")
        assert not [one for one in marked.events() if _from(VISITOR, one)]
        assert errors.printed() == ""


def test_what_happened_before_is_not_told(hub: Sandbox) -> None:
    ask(hub.base_url, f"{USAGE}?mine=before")
    with tailing(hub) as tail:
        tail.sees(hub, f"{USAGE}?mine=6")
        assert "mine=before" not in tail.printed()


def test_a_killed_launcher_leaves_its_child_and_a_killed_child_is_no_failure(hub: Sandbox) -> None:
    with tailing(hub) as tail:
        tail.sees(hub, f"{USAGE}?mine=7")
        tail.process.kill()
        assert tail.process.wait(20) == -signal.SIGKILL
        assert not tail.alone()
        tail.sees(hub, f"{USAGE}?mine=8")
    with tailing(hub) as tail:
        tail.sees(hub, f"{USAGE}?mine=9")
        (child,) = Path(f"/proc/{tail.process.pid}/task/{tail.process.pid}/children").read_text().split()
        os.kill(int(child), signal.SIGKILL)
        assert tail.process.wait(20) == 0


def test_the_end_of_the_sandbox_ends_a_tail_that_nobody_ended() -> None:
    started = Sandbox.start(system=SYSTEM)
    try:
        with tailing(started) as tail:
            tail.sees(started, f"{USAGE}?mine=10")
            started.stop()
            assert tail.process.wait(20) == 1
    finally:
        started.stop()


def test_after_a_rollback_the_older_version_serves() -> None:
    started = Sandbox.start(system=SYSTEM)
    try:
        acts = {"CLOUDFLARE_API_TOKEN": started.environment["CLOUDFLARE_ACTS_TOKEN"]}
        given = {**os.environ, **started.environment, **acts}
        subprocess.run(["wrangler", "rollback", "--name", WORKER], env=given, check=True, capture_output=True)
        assert wrangler(started, "deployments", "status", "--json", "--name", WORKER)["versions"] == [
            {"version_id": version_id(40), "percentage": 100}
        ]
        with tailing(started) as tail:
            assert tail.sees(started, USAGE)["scriptVersion"]["id"] == version_id(40)
    finally:
        started.stop()


def test_the_health_path_is_limited_to_sixty_a_minute() -> None:
    started = Sandbox.start(system=SYSTEM)
    try:
        answers = [ask(started.base_url, "/api/health") for _ in range(61)]
    finally:
        started.stop()
    assert {one.status for one in answers[:60]} == {200}
    assert (answers[60].status, answers[60].json["error"]) == (429, "Rate limit exceeded")
    assert answers[60].headers["Retry-After"] == "60"
