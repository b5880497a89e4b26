"""``alerting-check``, ``logs`` and ``diagnose`` against a real sandbox, well and broken."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import itertools
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from rich.console import Console

from ops_tests.errors import Unreachable
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.rules.log_entries import entries
from ops_tests.rules.log_following import Course, Filter
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.target_file import load_target
from ops_tests.tools import log_watch
from ops_tests.tools.log_watch import PAUSE_SECONDS, Watch
from tests.running import REPOSITORY, environment

BROKEN = ("error-in-log", "database-refused", "health-500")
SECONDS = 90
"""A command that has not ended by then is stuck."""


@dataclass(frozen=True)
class Live:
    """A sandbox that is kept up, and the folder from which it is looked at."""

    sandbox: Sandbox
    folder: Path

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """A command, started."""
        environ = environment() | self.sandbox.environment | variables
        return subprocess.Popen(
            [sys.executable, "-m", "ops_tests", *arguments], cwd=self.folder, env=environ, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, *arguments: str, target: str = "target.toml", **variables: str) -> tuple[int, str, str]:
        """A command on the sandbox: its status, and what it printed and complained of."""
        process = self.start(*arguments, "--target", target, **variables)
        said, complained = process.communicate(timeout=SECONDS)
        assert "Traceback" not in complained
        return process.returncode, said, complained

    def variant(self, name: str, pattern: str, put: str) -> str:
        """Another target file, in which what fits the pattern is replaced; returns its name."""
        text = (self.folder / "target.toml").read_text(encoding="utf-8")
        changed = re.sub(pattern, put, text, flags=re.MULTILINE | re.DOTALL)
        assert changed != text
        (self.folder / name).write_text(changed, encoding="utf-8")
        return name


def kept_up(folder: Path, *faults: str) -> Iterator[Live]:
    """A sandbox, and a folder with its target and the packaged checks, whose reports are its own."""
    ini = (REPOSITORY / "pytest.ini").read_text(encoding="utf-8")
    checks = f"testpaths = {REPOSITORY / 'ops_tests' / 'checks'}"
    (folder / "pytest.ini").write_text(re.sub("^testpaths = .*$", checks, ini, flags=re.MULTILINE), encoding="utf-8")
    sandbox = Sandbox.start(faults)
    write_files(sandbox, folder)
    yield Live(sandbox, folder)
    sandbox.stop()


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A sandbox in which all is well."""
    yield from kept_up(tmp_path_factory.mktemp("healthy"))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A sandbox without its database, whose health fails and whose log tells of an error."""
    yield from kept_up(tmp_path_factory.mktemp("broken"), *BROKEN)


def test_the_alerting_check_is_0_with_a_line_for_each_where_both_are_well(healthy: Live) -> None:
    status, said, complained = healthy.ask("alerting-check")
    assert (status, complained) == (0, "")
    assert [line.partition(":")[0] for line in said.splitlines()] == ["health", "log"]


def test_the_alerting_check_is_1_where_health_failed_whatever_the_log_says(broken: Live) -> None:
    status, said, _ = broken.ask("alerting-check")
    health, log = said.splitlines()
    assert (status, health[:17], log[:14]) == (1, "health: failed L3", "log: failed L1")


def test_the_alerting_check_is_1_where_the_body_does_not_say_healthy(healthy: Live) -> None:
    target = healthy.variant("ill.toml", r'status = \["ok"\]', 'status = ["superb"]')
    assert healthy.ask("alerting-check", target=target)[0] == 1


def test_the_alerting_check_is_2_where_only_the_log_shows_errors(broken: Live, healthy: Live) -> None:
    elsewhere = {name: broken.sandbox.environment[name] for name in ("FLY_API_BASE_URL", "FLY_API_TOKEN")}
    status, said, _ = healthy.ask("alerting-check", **elsewhere)
    assert (status, said.splitlines()[1][:14]) == (2, "log: failed L1")


def test_the_alerting_check_is_3_where_the_log_cannot_be_looked_at(healthy: Live) -> None:
    status, said, _ = healthy.ask("alerting-check", FLY_API_TOKEN="refused")
    assert (status, said.splitlines()[1][:13]) == (3, "log: not seen")


@pytest.mark.parametrize("part", ["logs", "platform"])
def test_the_alerting_check_wants_a_target_with_a_log(healthy: Live, part: str) -> None:
    target = healthy.variant(f"no-{part}.toml", r"^\[platform\].*?(?=^\[database)", "")
    if part == "logs":
        target = healthy.variant(f"no-{part}.toml", r"^\[logs\]\n[^\[]*", "")
    status, _, complained = healthy.ask("alerting-check", target=target)
    assert (status, f"no.toml has no [{part}]" in complained.replace(f"no-{part}.toml", "no.toml")) == (4, True)


@pytest.mark.parametrize("command", ["alerting-check", "logs", "diagnose"])
def test_what_is_mistyped_is_4_and_never_taken_for_errors_in_the_log(healthy: Live, command: str) -> None:
    assert healthy.ask(command, "--nonsense")[0] == 4
    status, _, complained = healthy.ask(command, target="nobody")
    assert (status, "nobody" in complained) == (4, True)


def test_a_look_by_hand_alerts_nobody_and_is_kept(healthy: Live) -> None:
    route = 'alerts = { routes = [{ url_env = "OPS_ROUTE" }] }'
    target = healthy.variant("told.toml", "^alerts = false$", route)
    text = (healthy.folder / target).read_text(encoding="utf-8").replace('"ok"', '"superb"')
    (healthy.folder / target).write_text(text.replace("sandbox-live", "told"), encoding="utf-8")
    assert healthy.ask("alerting-check", target=target, OPS_ROUTE="json://127.0.0.1:9")[0] == 1
    fires = healthy.ask("alerts", target=target, OPS_ROUTE="json://127.0.0.1:9")[1]
    assert fires.startswith("nothing fires")
    assert "told" in healthy.ask("history", target="told")[1]


def shopify(live: Live, topic: str, payload: str) -> None:
    """Send a delivery as Shopify does, with data of a person in it."""
    key = live.sandbox.environment["SHOPIFY_API_SECRET"].encode()
    signature = base64.b64encode(hmac.new(key, payload.encode(), hashlib.sha256).digest()).decode()
    named = {
        "Topic": topic,
        "Shop-Domain": "anna.myshopify.com",
        "Webhook-Id": secrets.token_hex(8),
        "API-Version": "2026-01",
    }
    headers = {f"X-Shopify-{name}": value for name, value in (named | {"Hmac-Sha256": signature}).items()}
    url = f"{live.sandbox.base_url}/webhooks/{topic}"
    authority = str(live.folder / live.sandbox.place["https"]["authority"])
    assert requests.post(url, payload, headers=headers, verify=authority, timeout=10).status_code == 200


def test_logs_shows_what_comes_without_personal_data_and_says_what_it_covered(healthy: Live) -> None:
    process = healthy.start("logs", "--for", "5s", "--topic", "customers/", "--target", "target.toml")
    while process.poll() is None:
        time.sleep(0.3)
        shopify(healthy, "customers/data_request", '{"customer": {"email": "anna@example.com", "name": "Anna"}}')
    said, complained = process.communicate(timeout=SECONDS)
    assert process.returncode == 0
    assert "payload for <shop>: <cut>" in said
    assert not re.search("anna", said, re.IGNORECASE)
    assert "/health" not in said
    assert re.match(r"covered \d.* entries shown$", complained.splitlines()[-1])


def test_logs_as_json_is_a_document_a_line(healthy: Live) -> None:
    status, said, _ = healthy.ask("logs", "--for", "3s", "--json", "--grep", "/HEALTH")
    found = [json.loads(line) for line in said.splitlines()]
    assert status == 0
    assert found
    assert {one["topic"] for one in found} == {""}
    assert all("GET /health 200" in one["text"] for one in found)


def test_logs_without_a_token_reads_the_one_page_of_fly_logs(healthy: Live) -> None:
    target = healthy.variant("login.toml", r'^token_env = "FLY_API_TOKEN"\nacts', "acts")
    status, said, complained = healthy.ask("logs", "--for", "1s", target=target)
    assert (status, complained[:8]) == (0, "covered ") or (status, "fly" in complained) == (3, True), said + complained


def test_logs_ends_in_order_on_ctrl_c(healthy: Live) -> None:
    process = healthy.start("logs", "--for", "1h", "--target", "target.toml")
    assert process.stdout is not None
    assert "/health" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate(timeout=SECONDS)
    assert (process.returncode, complained[:8]) == (0, "covered ")


def test_logs_that_cannot_be_read_are_3_with_the_reason(healthy: Live) -> None:
    status, _, complained = healthy.ask("logs", "--for", "2s", FLY_API_TOKEN="refused")
    assert (status, "401" in complained) == (3, True)


@pytest.mark.parametrize("span", ["", "30", "0s", "-5s", "soon", "25h", "5 d"])
def test_a_time_that_is_none_is_told_with_those_that_are(healthy: Live, span: str) -> None:
    status, _, complained = healthy.ask("logs", "--for", span)
    assert (status, complained) == (4, f"--for {span!r} is no time; expected one up to 24h, like 30s, 5m or 1h\n")


def saved(folder: Path, *messages: str) -> str:
    """A log as fly prints it into a file, a line every ten seconds; returns the file's name."""
    lines = [
        f"\x1b[2m2026-01-02T03:04:{10 * place:02}Z\x1b[0m app[d8d4] \x1b[32mfra\x1b[0m [\x1b[34minfo\x1b[0m]{message}\n"
        for place, message in enumerate(messages)
    ]
    (folder / "saved.log").write_text("".join(lines), encoding="utf-8")
    return "saved.log"


def test_of_a_saved_log_the_errors_are_shown_without_personal_data_and_nothing_else(healthy: Live) -> None:
    file = saved(healthy.folder, "5000 items", "webhook error for anna@shop.example", "GET /health 503 - - 4 ms")
    status, said, complained = healthy.ask("logs", "--file", file)
    assert status == 0
    assert "webhook error" in said
    assert "GET /health 503" in said
    assert "5000 items" not in said
    assert "anna@" not in said
    assert "2026-01-02 03:04:00Z to 2026-01-02 03:04:20Z: 2 of 2 errors shown" in complained


def test_a_log_that_was_copied_without_its_colours_is_one_too(healthy: Live) -> None:
    file = healthy.folder / saved(healthy.folder, "5000 items", "webhook error")
    file.write_text(re.sub(r"\x1b\[\d+m", "", file.read_text(encoding="utf-8")), encoding="utf-8")
    status, said, _ = healthy.ask("logs", "--file", file.name)
    assert (status, said) == (0, "2026-01-02T03:04:10Z d8d4 webhook error\n")


@pytest.mark.parametrize("content", ["", "this is no log\n"])
def test_a_file_that_is_no_saved_log_is_3_and_no_silence(healthy: Live, content: str) -> None:
    (healthy.folder / "other.txt").write_text(content, encoding="utf-8")
    status, said, complained = healthy.ask("logs", "--file", "other.txt")
    assert (status, said) == (3, "")
    assert "expected what fly logs prints" in complained


def test_logs_wants_a_platform_and_a_target_that_lasts(healthy: Live) -> None:
    target = healthy.variant("bare.toml", r"^\[platform\].*?(?=^\[database)", "")
    assert healthy.ask("logs", target=target)[2].endswith("add it with kind and app\n")
    assert "sandbox --write DIR" in healthy.ask("logs", target="sandbox")[2]


def test_the_log_is_asked_at_most_once_a_second_and_trouble_in_between_may_pass(
    healthy: Live, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pauses: list[float] = []
    clock = SimpleNamespace(sleep=pauses.append, monotonic=itertools.count().__next__)
    monkeypatch.setattr(log_watch, "time", clock)
    begun = datetime.now(UTC) - timedelta(seconds=10)
    answers: list[LogWindow | Unreachable] = [
        LogWindow(begun, begun + timedelta(seconds=number), (LogLine(begun, f"line {number}"),), True, "logs API")
        for number in range(1, 4)
    ]
    answers.insert(1, Unreachable("refused; expected lines"))
    watched = Watch(load_target(healthy.folder / "target.toml", dict(os.environ)), Filter())

    def read(_since: datetime) -> LogWindow:
        answer = answers.pop(0)
        if isinstance(answer, Unreachable):
            raise answer
        return answer

    assert log_watch._follow(read, watched, Course(begun), 4.0) is None
    watched.end()
    assert pauses
    assert min(pauses) >= PAUSE_SECONDS
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["1", "2", "3"]


def test_on_a_terminal_each_topic_has_its_colour_and_errors_are_red() -> None:
    paper = io.StringIO()
    coloured = log_watch._Coloured(Console(file=paper, force_terminal=True, color_system="standard", width=200))
    said = (
        "APP/UNINSTALLED: cleanup done",
        "SHOP/REDACT: cleanup done",
        "APP/UNINSTALLED: again",
        "GET / 503 - - 1 ms",
    )
    for entry in entries([LogLine(datetime.now(UTC), one, str(number)) for number, one in enumerate(said)]):
        coloured.show(entry, entry.text)
    colours = [re.findall(r"\x1b\[([\d;]+)m", line)[2] for line in paper.getvalue().splitlines()]
    assert colours[0] == colours[2] != colours[1]
    assert colours[3] == "1;31"


def test_a_diagnosis_of_what_is_well_says_so_and_sends_nothing(healthy: Live) -> None:
    status, said, complained = healthy.ask("diagnose")
    assert (status, complained) == (0, "")
    assert "LIKELY CAUSE: nothing that was looked at is wrong" in said
    for instrument in ("application", "platform", "database", "log", "metrics"):
        assert f"\n{instrument} " in said
    record = json.loads((healthy.folder / "reports" / "latest.json").read_text(encoding="utf-8"))
    assert record["deliveries"] == []


def test_a_diagnosis_names_the_root_what_follows_and_what_to_type(broken: Live) -> None:
    status, said, _ = broken.ask("diagnose")
    assert status == 1
    assert "\n1. finding L3 database/database_answers: " in said
    assert "more may follow from it: availability/health_answers_200" in said
    assert '\n   $ psql "$DATABASE_URL"' in said
    assert "runbook/database.md#database-answers\n" in said
    assert max(map(len, said.splitlines()[:-2])) < 200


def test_a_diagnosis_as_json_has_causes_evidence_and_commands(broken: Live) -> None:
    status, said, _ = broken.ask("diagnose", "--json")
    told = json.loads(said)
    assert (status, told["exit_status"], told["level"]) == (1, 1, "L3")
    assert told["causes"][0]["check"] == "database/database_answers"
    assert told["causes"][0]["commands"][0].startswith("psql ")
    assert {one["outcome"] for one in told["evidence"]["platform"]} <= {"ok", "note"}
