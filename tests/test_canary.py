"""A canary run: secrets and personal data are planted, everything is made to fail, and nothing of it comes out."""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import html
import json
import sqlite3
import ssl
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, quote_plus, unquote, urlencode, urlsplit

import pytest

from ops_tests.sandbox.embedded import Sandbox, write_files
from tests.alerts.receiver import Receiver
from tests.canary_count import Search
from tests.running import Finished, environment, run_suite

FAULTS = (
    *("health-500", "webhooks-unsigned-status", "webhooks-forged-effect", "webhooks-record-twice", "dead-letters"),
    *("migration-failed", "error-in-log", "error-in-log-dump", "machine-stopped", "secret-extra", "secret-staged"),
    *("release-failed", "no-rollback-candidate", "webhook-events-old", "session-online-only", "changelog-behind"),
    "error-rate-high",
)
EMAIL, PHONE, SHOP = "erika.mustermann@kundin.example", "+49 171 2345678", "nordlicht-moebel.myshopify.com"
PERSONAL = (EMAIL, PHONE, PHONE.replace(" ", ""), SHOP, SHOP.partition(".")[0], "owner@example.invalid", "shpat_0000")
LONG = {
    "SHOPIFY_API_SECRET": "5ecret/for+canaries & \"quoted\" 'twice' ünï <b> 100%41 of $HOME",
    "password": "pa55/word@of:the?reader#" + "abcdefgh" * 4,
    "FLY_API_TOKEN": "FlyV1 fm2_" + "".join(f"{number:03d}" for number in range(110)) + ",fm2_bXlzZWNvbmQ=",
}
SHORT = {"SHOPIFY_API_SECRET": "c4n4ry!", "password": "p/w9", "FLY_API_TOKEN": "Bearer t0k&n"}
CHAT = "OPS_ALERT_CHAT"
LOST = "OPS_ALERT_LOST"
"""A route that nothing can be told by, so that what waits and why is in the history too."""
ROUTES = f'[alerts]\nroutes = [{{ url_env = "{CHAT}" }}, {{ url_env = "{LOST}" }}]\n'
SIGNED = "signature over what was sent"
OWN_CHECK = f'''
"""A check of the project's own that breaks with every secret within reach."""
import base64, hashlib, hmac, os, warnings
import pytest

pytestmark = pytest.mark.runbook("own.md#open")
NAMES = ("SHOPIFY_API_SECRET", "DATABASE_URL", "BACKUP_DATABASE_URL", "FLY_API_TOKEN", "FLY_EXEC_TOKEN",
         "FLY_ACTS_TOKEN", "{CHAT}")


def within_reach():
    secrets = {{name: os.environ[name] for name in NAMES}}
    digest = hmac.new(secrets["SHOPIFY_API_SECRET"].encode(), {SIGNED.encode()!r}, hashlib.sha256).digest()
    headers = {{"Authorization": secrets["FLY_API_TOKEN"], "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode()}}
    encoded = [base64.b64encode(value.encode()).decode() for value in secrets.values()]
    return secrets, headers, encoded


@pytest.fixture
def broken(target):
    secrets, headers, encoded = within_reach()
    print(secrets, headers, encoded)
    raise OSError(f"{{secrets}} {{headers}} {{encoded}}")


def test_breaks_before(broken):
    """It is never reached."""


def test_breaks_within(target, note, evidence):
    """It breaks while it looks."""
    secrets, headers, encoded = within_reach()
    note(str(headers))
    evidence(str(secrets))
    warnings.warn(str(encoded))
    raise ValueError(secrets, headers)


def test_is_false(target):
    """It holds never."""
    secrets, headers, encoded = within_reach()
    assert not secrets, f"{{headers}} {{encoded}}"


def test_compares(target):
    """What is compared is shown."""
    secrets, headers, encoded = within_reach()
    assert secrets == headers
'''
BREAKING = """
import os
def pytest_runtest_protocol(item):
    secrets = [os.environ[name] for name in ("SHOPIFY_API_SECRET", "DATABASE_URL", "FLY_API_TOKEN")]
    raise RuntimeError(f"the run itself broke with {secrets}")
"""


def forms(value: str) -> set[str]:
    """A value in clear and encoded, each also by head and tail of 16 characters and more."""
    raw = value.encode()
    whole = {
        *(value, raw.hex(), quote(value, safe=""), quote(value), quote_plus(value), json.dumps(value)[1:-1]),
        *(repr(value)[1:-1], base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()),
    }
    pieces = {piece for form in whole if len(form) >= 48 for piece in (form[:24], form[-24:])}
    return {form.rstrip("=") for form in whole | pieces if len(form) >= 4}


def routes(receiver: Receiver) -> dict[str, str]:
    """The variables with the routes of alerts."""
    return {CHAT: receiver.url, LOST: receiver.url.replace("json://", "jsno://")}


@dataclass(frozen=True)
class Planted:
    """What is planted: the variables of a run, and every needle to look for."""

    variables: dict[str, str]

    @classmethod
    def all_accepted(cls, sandbox: Sandbox, receiver: Receiver) -> Planted:
        """The sandbox's own secrets, which it accepts."""
        return cls({**sandbox.environment, **routes(receiver)})

    @classmethod
    def of(cls, secrets: dict[str, str], sandbox: Sandbox, receiver: Receiver) -> Planted:
        """The secrets as variables that lead to the sandbox, which refuses them."""
        place = urlsplit(sandbox.environment["DATABASE_URL"])
        dsn = f"postgresql://ops_reader:{quote(secrets['password'], safe='')}@127.0.0.1:{place.port}/timedify"
        named = {name: secrets[name] for name in ("SHOPIFY_API_SECRET", "FLY_API_TOKEN")}
        return cls({**sandbox.environment, **named, "DATABASE_URL": dsn, **routes(receiver)})

    @property
    def needles(self) -> set[str]:
        """Every form of every secret, of a signature made with one, and of the personal data."""
        secret, dsn = self.variables["SHOPIFY_API_SECRET"], self.variables["DATABASE_URL"]
        password = urlsplit(dsn).password or ""
        signature = base64.b64encode(hmac.new(secret.encode(), SIGNED.encode(), hashlib.sha256).digest()).decode()
        token = self.variables["FLY_API_TOKEN"]
        personal = {needle for value in PERSONAL for needle in (value, quote(value), quote_plus(value))}
        hook = self.variables[CHAT].rpartition("/")[2]
        backup = self.variables["BACKUP_DATABASE_URL"]
        others = [self.variables["FLY_EXEC_TOKEN"], self.variables["FLY_ACTS_TOKEN"], urlsplit(backup).password or ""]
        known = [secret, password, unquote(password), token, *others, signature, hook]
        return personal | {dsn, backup} | {needle for value in known for needle in forms(value)}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox in which everything fails, with a customer's and a real shop's data in its log and its rows."""
    started = Sandbox.start(FAULTS)
    try:
        _leave_personal_data(started)
        yield started
    finally:
        started.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Who is told."""
    started = Receiver()
    try:
        yield started
    finally:
        started.close()


def _leave_personal_data(sandbox: Sandbox) -> None:
    """A delivery whose work fails, so that it becomes a dead letter."""
    body = json.dumps({"id": 1, "email": EMAIL, "phone": PHONE}).encode()
    secret = sandbox.environment["SHOPIFY_API_SECRET"].encode()
    signature = base64.b64encode(hmac.new(secret, body, hashlib.sha256).digest()).decode()
    headers = {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "app/scopes_update",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-API-Version": "2025-10",
        "X-Shopify-Webhook-Id": "0b7e4c1a-canary",
        "X-Shopify-Hmac-Sha256": signature,
    }
    assert _posted(sandbox, "/webhooks/app/scopes_update", body, headers) == 200


def _leave_an_address(sandbox: Sandbox) -> None:
    """Personal data in the newest line of the log: of many shapes of errors only the newest are told."""
    asked = urlencode({"email": EMAIL, "phone": PHONE, "shop": SHOP})
    assert _posted(sandbox, f"/webhooks/customers/redact?{asked}", b"{}", {}) == 500


def _posted(sandbox: Sandbox, path: str, body: bytes, headers: dict[str, str]) -> int:
    request = urllib.request.Request(sandbox.base_url + path, body, headers)
    try:
        trusting = ssl.create_default_context(cafile=sandbox.place["https"]["authority"])
        with urllib.request.urlopen(request, timeout=10, context=trusting) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


def run(folder: Path, sandbox: Sandbox, planted: Planted, *arguments: str) -> Finished:
    """Run every check, and those of our own, on the sandbox with the planted variables."""
    write_files(sandbox, folder)
    (folder / "env").unlink()
    target = (folder / "target.toml").read_text(encoding="utf-8").replace("alerts = false\n", "")
    (folder / "target.toml").write_text(f"{target}\n{ROUTES}", encoding="utf-8")
    own = folder / "own" / "test_own.py"
    own.parent.mkdir()
    own.write_text(OWN_CHECK, encoding="utf-8")
    (folder / "own" / "breaking.py").write_text(BREAKING, encoding="utf-8")
    variables = planted.variables | {"PYTHONPATH": str(own.parent)}
    options = ("--target", str(folder / "target.toml"), "-o", "junit_logging=all", "--junitxml", "reports/junit.xml")
    return run_suite(folder, str(own), *options, *arguments, environ=environment(**variables))


def texts(folder: Path, finished: Finished) -> dict[str, str]:
    """Everything the run said and wrote, unpacked and unescaped."""
    written = {str(path.relative_to(folder)): path for path in (folder / "reports").rglob("*") if path.is_file()}
    return {"terminal": finished.output} | {name: _readable(path) for name, path in written.items()}


def _readable(path: Path) -> str:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8", "replace")
    if path.suffix == ".sqlite":
        with closing(sqlite3.connect(path)) as connection:
            tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            rows = (row for table in tables for row in connection.execute(f"SELECT * FROM {table}"))
            text += "\n".join(map(str, rows))
    return "\n".join((text, html.unescape(text), html.unescape(html.unescape(text))))


LONG_TEST = pytest.mark.long
RUNS: dict[str, tuple[dict[str, str] | None, str, Collection[pytest.MarkDecorator]]] = {
    "accepted secrets in one process": (None, "0", ()),
    "accepted secrets in two workers": (None, "2", (LONG_TEST,)),
    "long secrets in one process": (LONG, "0", (LONG_TEST,)),
    "long secrets in two workers": (LONG, "2", ()),
    "short secrets in one process": (SHORT, "0", (LONG_TEST,)),
    "short secrets in two workers": (SHORT, "2", (LONG_TEST,)),
}


@pytest.mark.parametrize(
    ("secrets", "workers"),
    [pytest.param(secrets, workers, marks=marks, id=name) for name, (secrets, workers, marks) in RUNS.items()],
)
def test_nothing_planted_comes_out(
    sandbox: Sandbox, receiver: Receiver, tmp_path: Path, search: Search, secrets: dict[str, str] | None, workers: str
) -> None:
    planted = Planted.of(secrets, sandbox, receiver) if secrets else Planted.all_accepted(sandbox, receiver)
    _leave_an_address(sandbox)
    finished = run(tmp_path, sandbox, planted, "-l", "-vv", "-rA", "-n", workers)
    assert finished.status == 1, finished.output
    failed = {one.subject for one in finished.checks() if one.outcome in {"finding", "blind"}}
    assert failed == {
        "availability",
        "database",
        "platform",
        "webhooks",
        "dead_letters",
        "logs",
        "repository",
        "traffic",
        "objectives",
        "own",
    }
    found = texts(tmp_path, finished)
    assert {"reports/latest.html", "reports/latest.json", "reports/latest.xml", "reports/junit.xml"} <= set(found)
    assert any(name.endswith(".sqlite") for name in found)
    assert secrets or "&phone=<phone>" in found["terminal"], "the log's personal data was not even on its way"
    assert search(planted.needles, found | told(receiver)) == {}
    assert "[OPS_ALERT_CHAT redacted]" in found["reports/latest.json"], "the route itself was not within reach"


def told(receiver: Receiver) -> dict[str, str]:
    """The requests that carried alerts: the log's errors and the checks of our own must be among them."""
    requests = {f"request {number}": "\n".join(map(str, one.values())) for number, one in enumerate(receiver.tried)}
    together = "".join(requests.values())
    assert all(f"finding:{one}/" in together or f"blind:{one}/" in together for one in ("logs", "own")), requests
    return requests


@LONG_TEST
def test_nothing_planted_comes_out_of_a_drill(receiver: Receiver, tmp_path: Path, search: Search) -> None:
    failing = Sandbox.start(("restart-stays-down", "webhooks-record-other-id", "backup-truncated"))
    try:
        planted = Planted.all_accepted(failing, receiver)
        words = ("-m", "acts", "--permit", "sandbox-live", "--drill", "rollback", "-l", "-vv", "-rA")
        finished = run(tmp_path, failing, planted, *words)
    finally:
        failing.stop()
    outcomes = {one.check: one.outcome for one in finished.checks() if one.outcome != "not applicable"}
    assert outcomes.pop("drill/cold_start_recovers") == outcomes.pop("drill/backup_is_restorable") == "finding"
    assert outcomes.pop("drill/rollback_works") == "blind"
    found = texts(tmp_path, finished)
    assert "restart of machine" in found["terminal"]
    assert search(planted.needles, found) == {}


@pytest.mark.parametrize("workers", ["0", pytest.param("2", marks=LONG_TEST)], ids=["one process", "two workers"])
def test_nothing_comes_out_when_the_run_itself_breaks(
    sandbox: Sandbox, receiver: Receiver, tmp_path: Path, search: Search, workers: str
) -> None:
    planted = Planted.of(LONG, sandbox, receiver)
    finished = run(tmp_path, sandbox, planted, "-p", "breaking", "-k", "health_answers_200", "-l", "-n", workers)
    assert finished.status == 3, finished.output
    assert "INTERNALERROR" in finished.output
    assert search(planted.needles, texts(tmp_path, finished)) == {}


@LONG_TEST
def test_the_checks_themselves_say_nothing_to_an_open_terminal(
    sandbox: Sandbox, receiver: Receiver, tmp_path: Path, search: Search
) -> None:
    planted = Planted.of(LONG, sandbox, receiver)
    shown = ("-s", "-n", "0", "-o", "log_cli=true", "--log-cli-level=DEBUG", "-m", "daily or audit")
    finished = run(tmp_path, sandbox, planted, *shown)
    assert finished.status == 1, finished.output
    assert search(planted.needles, texts(tmp_path, finished)) == {}
