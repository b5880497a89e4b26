"""A canary run of the second system: its token and what is its visitors' are planted, all fails, nothing comes out."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.sandbox.evolution_hub.world import EVENTS
from tests.canary_count import Search
from tests.running import Finished, environment, run_suite
from tests.test_canary import EMAIL, LONG_TEST, PHONE, forms, texts

FAULTS = (
    *("hub-health-500", "www-loses-query", "hub-header-missing", "hub-page-404", "api-fails", "invocations-throw"),
    *("deployment-gradual", "staging-behind", "hub-secret-extra", "d1-overloaded"),
)
AGENT, ADDRESS, SESSION = "Mozilla/5.0 (Erika's own telephone)", "203.0.113.77", "s3ss10n-0f-erika-5f2a9c81d7"
PERSONAL = (EMAIL, PHONE, PHONE.replace(" ", ""), AGENT, ADDRESS, SESSION)
REFUSED = "v1.0-canary/+&" + "".join(f"{number:03d}" for number in range(60)) + "=="
EVERY_SECONDS = 0.1
OWN_CHECK = '''
"""A check of the project's own that breaks with every secret within reach."""
import base64, os
import pytest

pytestmark = pytest.mark.runbook("own.md#open")


def within_reach():
    token = os.environ["CLOUDFLARE_API_TOKEN"]
    return token, base64.b64encode(token.encode()).decode(), token.encode().hex(), {"Authorization": f"Bearer {token}"}


@pytest.fixture
def broken(target):
    print(within_reach())
    raise OSError(f"{within_reach()}")


def test_breaks_before(broken):
    """It is never reached."""


def test_breaks_within(target, note, evidence):
    """It breaks while it looks."""
    note(str(within_reach()))
    evidence(str(within_reach()))
    raise ValueError(within_reach())


def test_is_false(target):
    """It holds never."""
    found = within_reach()
    assert not found, f"{found}"
'''


def _event() -> str:
    """An invocation with personal data in its path, query, headers, log and exception, as the application writes it."""
    now = int(time.time() * 1000)
    url = (
        f"https://hub.example/reset/{SESSION}/{quote(EMAIL)}?email={quote(EMAIL)}&phone={quote(PHONE)}&token={SESSION}"
    )
    headers = {"user-agent": AGENT, "cf-connecting-ip": ADDRESS, "cookie": f"session={SESSION}"}
    said = f"[ERROR] {EMAIL} of {ADDRESS} [code: 10007] {SESSION}"
    thrown = {"name": f"Error of {EMAIL}", "message": said, "stack": f"at {EMAIL}", "timestamp": now}
    return json.dumps(
        {
            "outcome": "exception",
            "scriptName": "evolution-hub-production",
            "exceptions": [thrown],
            "logs": [{"message": [said], "level": "error", "timestamp": now}],
            "eventTimestamp": now,
            "event": {"request": {"url": url, "method": "GET", "headers": headers, "cf": {"city": EMAIL}}},
        }
    )


@contextmanager
def visitors(sandbox: Sandbox) -> Iterator[None]:
    """Visitors whose every request fails and tells all of them, until it is left."""
    ended = threading.Event()

    def visit() -> None:
        while not ended.wait(EVERY_SECONDS):
            with (sandbox.folder / EVENTS).open("a", encoding="utf-8") as file:
                file.write(_event() + "\n")

    thread = threading.Thread(target=visit)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def needles(token: str) -> set[str]:
    """Every form of the token, and the personal data."""
    return forms(token) | {needle for value in PERSONAL for needle in (value, quote(value), quote_plus(value))}


def run(folder: Path, sandbox: Sandbox, token: str, *arguments: str) -> Finished:
    """Run every check of the system, and those of our own, with this token."""
    write_files(sandbox, folder)
    (folder / "env").unlink()
    own = folder / "own" / "test_own.py"
    own.parent.mkdir()
    own.write_text(OWN_CHECK, encoding="utf-8")
    environ = environment(**{**sandbox.environment, "CLOUDFLARE_API_TOKEN": token})
    options = ("--target", str(folder / "target.toml"), "-o", "junit_logging=all", "--junitxml", "reports/junit.xml")
    with visitors(sandbox):
        return run_suite(folder, str(own), *options, "-l", "-vv", "-rA", *arguments, environ=environ)


@pytest.fixture(scope="module")
def failing() -> Iterator[Sandbox]:
    """The second system with everything broken."""
    started = Sandbox.start(FAULTS, system="sandbox-evolution-hub")
    try:
        yield started
    finally:
        started.stop()


@pytest.mark.parametrize(
    ("accepted", "workers"),
    [
        pytest.param(True, "0", id="an accepted token in one process"),
        pytest.param(True, "2", id="an accepted token in two workers", marks=LONG_TEST),
        pytest.param(False, "0", id="a refused token in one process", marks=LONG_TEST),
        pytest.param(False, "2", id="a refused token in two workers", marks=LONG_TEST),
    ],
)
def test_nothing_planted_comes_out(
    failing: Sandbox, tmp_path: Path, search: Search, accepted: bool, workers: str
) -> None:
    token = failing.environment["CLOUDFLARE_API_TOKEN"] if accepted else REFUSED
    finished = run(tmp_path, failing, token, "-n", workers)
    assert finished.status == 1, finished.output
    outcomes = {one.check: one.outcome for one in finished.checks()}
    assert outcomes["workers/no_invocation_fails"] == ("finding" if accepted else "blind")
    assert outcomes["workers/d1_answers"] == ("finding" if accepted else "blind")
    found = texts(tmp_path, finished)
    assert {"reports/latest.html", "reports/latest.json", "reports/latest.xml", "reports/junit.xml"} <= set(found)
    assert not accepted or "GET /reset/<id>/<email>: exception" in found["reports/latest.json"], (
        "no visitor was on the way"
    )
    assert "[CLOUDFLARE_API_TOKEN redacted]" in found["reports/latest.json"], "the token was not within reach"
    assert search(needles(token), found) == {}


@LONG_TEST
@pytest.mark.parametrize("habit", ["tail-breaks", "tail-killed", "wrangler-text"])
def test_what_wrangler_ends_with_is_no_visitor_s(tmp_path: Path, search: Search, habit: str) -> None:
    ended = Sandbox.start((habit,), system="sandbox-evolution-hub")
    try:
        token = ended.environment["CLOUDFLARE_API_TOKEN"]
        finished = run(tmp_path, ended, token)
    finally:
        ended.stop()
    outcomes = {one.check: one.outcome for one in finished.checks()}
    assert outcomes["workers/no_invocation_fails"] in {"blind", "finding"}
    assert search(needles(token), texts(tmp_path, finished)) == {}
