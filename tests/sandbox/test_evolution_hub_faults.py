"""Every fault of the embedded Evolution Hub shows where its sentence says, and a healthy one shows none of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.faults import EVOLUTION_HUB, SYSTEMS
from ops_tests.sandbox.wrangler_state import DATABASE, version_id
from tests.sandbox.evolution_hub import WORKER, analytics, ask, tailing

Shows = Callable[[Sandbox], bool]
USAGE = "/api/ai-image/usage"
STAGING = "evolution-hub-staging"
COUNT = ("--command", "SELECT count(*) AS n FROM users")
SLICE = ("hub-health-degraded", "deployment-gradual", "d1-overloaded", "wrangler-unknown-worker", "tail-not-ours")
"""One of each kind, for ``make test``; ``make test-long`` runs all."""


def _run(sandbox: Sandbox, *words: str, seconds: float | None = None) -> subprocess.CompletedProcess[str]:
    given = {**os.environ, **sandbox.environment}
    program = str(sandbox.folder / "bin" / "wrangler")
    return subprocess.run([program, *words], capture_output=True, text=True, check=False, env=given, timeout=seconds)


def _listed(sandbox: Sandbox, kind: str, name: str = WORKER) -> Any:
    return json.loads(_run(sandbox, kind, "list", "--json", "--name", name).stdout)


def _health(**wanted: Any) -> Shows:
    def shows(sandbox: Sandbox) -> bool:
        answer = ask(sandbox.base_url, "/api/health")
        found = {"status": answer.status, **({} if answer.body.startswith(b"<") else _flat(answer.json))}
        found["html"] = answer.body.startswith(b"<!doctype html>")
        return {key: found.get(key) for key in wanted} == wanted

    return shows


def _flat(body: dict[str, Any]) -> dict[str, Any]:
    data = body.get("data", {})
    return {"success": body["success"], "says": data.get("status"), "version": data.get("version")}


def _takes(milliseconds: float, act: Callable[[Sandbox], object]) -> Shows:
    """Whether it never takes less, in many turns: a busy machine makes some of them slow, not all."""

    def took(sandbox: Sandbox) -> float:
        began = time.monotonic()
        act(sandbox)
        return 1000 * (time.monotonic() - began)

    return lambda sandbox: all(took(sandbox) >= milliseconds for _ in range(5))


def _asks(path: str) -> Callable[[Sandbox], object]:
    return lambda sandbox: ask(sandbox.base_url, path)


def _www(status: int, path: str) -> Shows:
    def shows(sandbox: Sandbox) -> bool:
        answer = ask(sandbox.place["https"]["www_url"], "/pricing?a=b")
        wanted = f"{sandbox.base_url}{path}" if path else None
        return (answer.status, answer.headers["Location"]) == (status, wanted)

    return shows


def _header(name: str, holds: Callable[[str], bool]) -> Shows:
    return lambda sandbox: holds(ask(sandbox.base_url, "/welcome").headers.get(name, ""))


def _page(path: str, status: int) -> Shows:
    return lambda sandbox: ask(sandbox.base_url, path).status == status


def _visit(outcome: str, status: int | None) -> Shows:
    """Whether the live log soon tells of such a visit."""

    def shows(sandbox: Sandbox) -> bool:
        with tailing(sandbox) as tail:
            for turn in range(12):
                tail.sees(sandbox, f"{USAGE}?turn={turn}")
            return (outcome, status) in {
                (one["outcome"], one["event"].get("response", {}).get("status")) for one in tail.events()
            }

    return shows


def _says(status: int, stdout: str, stderr: str, *words: str) -> Shows:
    """Whether a command ends so, with these words in its output."""

    def shows(sandbox: Sandbox) -> bool:
        if not (sandbox.folder / "bin" / "wrangler").exists():
            return False
        done = _run(sandbox, *(words or ("deployments", "list", "--json", "--name", WORKER)))
        return done.returncode == status and stdout in done.stdout and stderr in done.stderr

    return shows


def _d1(status: int, stdout: str) -> Shows:
    return _says(status, stdout, "", "d1", "execute", DATABASE, "--remote", "--json", *COUNT)


def _newest(holds: Callable[[list[Any], list[Any]], bool]) -> Shows:
    return lambda sandbox: holds(_listed(sandbox, "deployments"), _listed(sandbox, "versions"))


def _secrets(holds: Callable[[set[str]], bool]) -> Shows:
    return lambda sandbox: holds(
        {one["name"] for one in json.loads(_run(sandbox, "secret", "list", "--name", WORKER).stdout)}
    )


def _refused(sandbox: Sandbox) -> bool:
    try:
        ask(sandbox.base_url, "/")
    except ConnectionRefusedError:
        return True
    return False


def _hangs(sandbox: Sandbox) -> bool:
    command = [str(sandbox.folder / "bin" / "wrangler"), "whoami"]
    with subprocess.Popen(command, env={**os.environ, **sandbox.environment}, stdout=subprocess.DEVNULL) as started:
        try:
            started.wait(6)
        except subprocess.TimeoutExpired:
            return True
        finally:
            started.terminate()
    return False


def _tail(holds: Callable[[str, int | None], bool]) -> Shows:
    """What the live log says, and its exit status, while the application is asked fifteen times."""

    def shows(sandbox: Sandbox) -> bool:
        with tailing(sandbox) as tail:
            for _ in range(15):
                ask(sandbox.base_url, f"{USAGE}?mine=1")
                time.sleep(0.2)
            return holds(tail.printed(), tail.process.poll())

    return shows


def _analytics(status: int, *words: str) -> Shows:
    """Whether the analytics answer so, with one of these in the body."""

    def shows(sandbox: Sandbox) -> bool:
        answer = analytics(sandbox)
        return answer.status == status and any(word in answer.body.decode() for word in words)

    return shows


def _analytics_hang(sandbox: Sandbox) -> bool:
    try:
        analytics(sandbox, seconds=3)
    except TimeoutError:
        return True
    return False


PROOFS: dict[str, Shows] = {
    "hub-refused": _refused,
    "hub-health-degraded": _health(status=200, success=True, says="degraded"),
    "hub-health-html": _health(status=200, html=True),
    "hub-health-unsuccessful": _health(status=200, success=False),
    "hub-health-500": _health(status=500, success=False),
    "hub-health-slow": _takes(1400, _asks("/api/health")),
    "hub-version-wrong": _health(version="staging", says="ok"),
    "api-slow": _takes(80, _asks(USAGE)),
    "api-slower": _takes(200, _asks(USAGE)),
    "www-answers": _www(200, ""),
    "www-temporary": _www(302, "/pricing?a=b"),
    "www-loses-query": _www(301, "/pricing"),
    "hub-header-missing": _header("X-Frame-Options", lambda text: not text),
    "hub-hsts-short": _header("Strict-Transport-Security", lambda text: text == "max-age=86400"),
    "hub-csp-inline": _header("Content-Security-Policy", lambda text: "script-src 'self' 'unsafe-inline'" in text),
    "hub-page-404": _page("/pricing", 404),
    "hub-page-500": _page("/welcome", 500),
    "api-fails": _page(USAGE, 500),
    "invocations-throw": _visit("exception", None),
    "invocations-exceed-cpu": _visit("exceededCpu", None),
    "invocations-exceed-memory": _visit("exceededMemory", None),
    "invocations-answer-500": _visit("ok", 500),
    "invocations-fail-often": _visit("exception", None),
    "deployment-gradual": _newest(lambda deployed, _: {one["percentage"] for one in deployed[-1]["versions"]} == {50}),
    "deployment-none": _newest(lambda deployed, versions: deployed == versions == []),
    "deployment-only-one": _newest(lambda deployed, versions: len(deployed) == len(versions) == 1),
    "version-not-deployed": _newest(
        lambda deployed, versions: versions[-1]["id"] not in {one["version_id"] for one in deployed[-1]["versions"]}
        and versions[-1]["number"] == 42
    ),
    "deployment-rolled-back": _newest(
        lambda deployed, _: deployed[-1]["annotations"]["workers/triggered_by"] == "rollback"
        and deployed[-1]["versions"][0]["version_id"] == version_id(40)
    ),
    "staging-behind": lambda sandbox: len(_listed(sandbox, "versions", STAGING)) == 1,
    "staging-never-deployed": lambda sandbox: _listed(sandbox, "deployments", STAGING) == [],
    "hub-secret-missing": _secrets(lambda names: "STRIPE_WEBHOOK_SECRET" not in names),
    "hub-secret-extra": _secrets(lambda names: "DEBUG_TOKEN" in names),
    "d1-overloaded": _d1(1, '"code": 7429'),
    "d1-not-permitted": _d1(1, '"code": 7403'),
    "d1-slow": _d1(0, '"sql_duration_ms": 250'),
    "d1-no-bookmark": _says(0, "{}\n", "", "d1", "time-travel", "info", DATABASE, "--json"),
    "wrangler-missing": lambda sandbox: shutil.which("wrangler", path=sandbox.environment["PATH"]) is None,
    "wrangler-logged-out": _says(1, "", "it's necessary to set a CLOUDFLARE_API_TOKEN"),
    "wrangler-refused": _says(1, "Getting User settings...", "Authentication error [code: 10000]"),
    "wrangler-unknown-worker": _says(1, "", "[code: 10007]"),
    "wrangler-hangs": _hangs,
    "wrangler-slow": _takes(2000, lambda sandbox: _run(sandbox, "whoami")),
    "wrangler-talks": _says(0, "▲ [WARNING]", ""),
    "wrangler-text": _says(0, " ⛅️ wrangler", ""),
    "wrangler-cut": lambda sandbox: _run(sandbox, "versions", "list", "--json", "--name", WORKER).stdout[-1] != "\n",
    "wrangler-killed": lambda sandbox: not _run(sandbox, "whoami", "--json").stdout,
    "tail-silent": _tail(lambda said, status: (said, status) == ("", None)),
    "tail-not-ours": _tail(lambda said, _: "/tools" in said and "mine=1" not in said),
    "tail-ends": _tail(lambda said, status: (said, status) == ("Tail disconnected, exiting.\n", 1)),
    "tail-breaks": _tail(lambda said, status: said.endswith("}\nTail disconnected, exiting.\n") and status == 1),
    "tail-killed": _tail(lambda said, status: (said, status) == ("", 0)),
    "tail-late": _tail(lambda said, status: (said, status) == ("", None)),
    "analytics-errors-high": _analytics(200, '{"requests":48,"errors":48}'),
    "analytics-errors-critical": _analytics(200, '{"requests":960,"errors":960}'),
    "analytics-too-few": _analytics(200, '{"requests":117,"errors":0}'),
    "analytics-empty": _analytics(200, '"workersInvocationsAdaptive":[]'),
    "analytics-refused": _analytics(403, "Authentication error"),
    "analytics-unknown-account": _analytics(200, '"accounts":[]'),
    "analytics-error": _analytics(200, '{"data":null,"errors":[{"message":"cannot request'),
    "analytics-html": _analytics(200, "<!doctype html>"),
    "analytics-cut": lambda sandbox: analytics(sandbox).body[-1:] != b"}",
    "analytics-hangs": _analytics_hang,
    "analytics-rate-limited": _analytics(429, "try again"),
}  # fmt: skip


@pytest.fixture(scope="module")
def healthy() -> Iterator[Sandbox]:
    started = Sandbox.start(system=EVOLUTION_HUB)
    yield started
    started.stop()


def test_every_fault_has_its_proof() -> None:
    assert set(PROOFS) == set(SYSTEMS[EVOLUTION_HUB].faults)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in SLICE else pytest.mark.long) for name in PROOFS]
)
def test_a_fault_shows_and_a_healthy_system_does_not_show_it(name: str, healthy: Sandbox) -> None:
    assert not PROOFS[name](healthy)
    broken = Sandbox.start([name], system=EVOLUTION_HUB)
    try:
        assert PROOFS[name](broken)
    finally:
        broken.stop()
