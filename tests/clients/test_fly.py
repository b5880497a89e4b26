"""The fly client against an executable named fly: its arguments, its environment, its answers and its failures."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.clients import fly, repeating
from ops_tests.clients.fly import Fly
from ops_tests.errors import (
    Blind,
    CommandTimedOut,
    InstrumentMissing,
    NoAnswerInTime,
    NotAuthorised,
    NotFound,
    RateLimited,
    Unparsable,
    Unreachable,
)
from ops_tests.records.platform import SecretName
from ops_tests.target import Secret

FakeFly = Callable[..., dict[str, str]]
TOKEN = Secret("FLY_API_TOKEN", "FlyV1 fm2_topsecret")
SINCE = datetime(2026, 8, 20, 10, tzinfo=UTC)
MACHINES = "machine list -a demo --json"
QUERY = "failed to run query($appName: String!) { appcompact:app(name: $appName) { id } }: "


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "PAUSES", (0.01, 0.02))


def line(second: int, message: str = "m") -> str:
    moment = SINCE.replace(second=second).isoformat()
    return json.dumps({"timestamp": moment, "message": message, "level": "info", "meta": {}}, indent=4) + "\n"


def environment(file: Path) -> dict[str, str]:
    return dict(row.split("=", 1) for row in file.read_text(encoding="utf-8").splitlines() if "=" in row)


def test_machine_list_asks_for_the_app_in_json(fake_fly: FakeFly) -> None:
    environ = fake_fly(MACHINES, '[{"id": "1", "state": "started", "image_ref": {}}]')
    assert [machine.id for machine in Fly("demo", environ, TOKEN).machine_list()] == ["1"]


def test_releases_asks_for_the_app_in_json(fake_fly: FakeFly) -> None:
    text = '[{"Version": 7, "Status": "complete", "CreatedAt": "2026-08-20T08:58:00Z", "ImageRef": ""}]'
    environ = fake_fly("releases -a demo --json", text)
    assert [release.version for release in Fly("demo", environ, TOKEN).releases()] == [7]


def test_secrets_list_asks_for_the_app_in_json(fake_fly: FakeFly) -> None:
    environ = fake_fly("secrets list -a demo --json", '[{"name": "A", "digest": "d", "status": "Deployed"}]')
    assert Fly("demo", environ, TOKEN).secrets_list() == (SecretName("A", "Deployed"),)


def test_version_needs_no_app(fake_fly: FakeFly) -> None:
    assert Fly("demo", fake_fly("version --json", '{"Version":"0.4.87"}'), None).version() == "0.4.87"


def test_logs_asks_for_one_page_and_does_not_tail(fake_fly: FakeFly) -> None:
    environ = fake_fly("logs --no-tail -a demo --json", line(5) + line(3) + line(5))
    window = Fly("demo", environ, TOKEN).logs(SINCE)
    assert [item.timestamp.second for item in window.lines] == [3, 5]
    assert (window.since, window.complete, window.source) == (SINCE, False, "fly logs")


def test_a_page_that_reaches_back_to_the_beginning_is_complete(fake_fly: FakeFly) -> None:
    environ = fake_fly("logs --no-tail -a demo --json", line(1, "old") + line(5))
    window = Fly("demo", environ, TOKEN).logs(SINCE.replace(second=2))
    assert [item.timestamp.second for item in window.lines] == [5]
    assert window.complete


def test_a_page_that_begins_just_at_the_beginning_is_complete(fake_fly: FakeFly) -> None:
    environ = fake_fly("logs --no-tail -a demo --json", line(0))
    window = Fly("demo", environ, TOKEN).logs(SINCE)
    assert (len(window.lines), window.complete) == (1, True)


def test_an_empty_page_never_returns_and_is_no_lines(fake_fly: FakeFly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fly, "LOGS_SECONDS", 0.3)
    environ = fake_fly("logs --no-tail -a demo --json", last="exec sleep 600")
    window = Fly("demo", environ, TOKEN).logs(SINCE)
    assert (window.lines, window.complete) == ((), False)


@pytest.mark.parametrize("last", ["echo; echo '{'; exec sleep 600", "echo Warning >&2; exec sleep 600"])
def test_a_log_that_stops_half_way_is_late(fake_fly: FakeFly, monkeypatch: pytest.MonkeyPatch, last: str) -> None:
    monkeypatch.setattr(fly, "LOGS_SECONDS", 0.3)
    environ = fake_fly("logs --no-tail -a demo --json", last=last)
    with pytest.raises(CommandTimedOut, match=r"fly logs --no-tail -a demo --json did not end within 0\.3 s"):
        Fly("demo", environ, TOKEN).logs(SINCE)


def test_a_token_goes_with_a_fresh_private_folder(fake_fly: FakeFly, tmp_path: Path) -> None:
    Fly("demo", fake_fly(MACHINES, "[]"), TOKEN).machine_list()
    seen = environment(tmp_path / "environ-1")
    assert seen["FLY_API_TOKEN"] == "FlyV1 fm2_topsecret"
    assert not Path(seen["FLY_CONFIG_DIR"]).exists()
    assert not Path(seen["FLY_CONFIG_DIR"]).parent.exists()


def test_without_a_token_the_engineers_own_login_is_used(fake_fly: FakeFly, tmp_path: Path) -> None:
    environ = {**fake_fly(MACHINES, "[]"), "FLY_API_TOKEN": "somebody-elses"}
    Fly("demo", environ, None).machine_list()
    seen = environment(tmp_path / "environ-1")
    assert seen["HOME"] == str(tmp_path)
    assert "FLY_API_TOKEN" not in seen
    assert "FLY_CONFIG_DIR" not in seen


def test_the_traps_are_taken_out_of_the_environment(fake_fly: FakeFly, tmp_path: Path) -> None:
    traps = {"FLY_ACCESS_TOKEN": "", "FLY_APP": "other", "FLY_REGION": "lhr", "LOG_LEVEL": "debug", "FLY_JSON": "1"}
    Fly("demo", {**fake_fly(MACHINES, "[]"), **traps}, TOKEN).machine_list()
    seen = environment(tmp_path / "environ-1")
    assert not set(seen) & set(traps)
    assert (seen["FLY_SEND_METRICS"], seen["FLY_NO_UPDATE_CHECK"], seen["NO_COLOR"]) == ("0", "1", "1")


def test_the_address_of_the_api_is_kept(fake_fly: FakeFly, tmp_path: Path) -> None:
    Fly("demo", {**fake_fly(MACHINES, "[]"), "FLY_API_BASE_URL": "http://127.0.0.1:9"}, TOKEN).machine_list()
    assert environment(tmp_path / "environ-1")["FLY_API_BASE_URL"] == "http://127.0.0.1:9"


def test_fly_runs_in_an_empty_folder(fake_fly: FakeFly, tmp_path: Path) -> None:
    Fly("demo", fake_fly(MACHINES, "[]"), TOKEN).machine_list()
    assert (tmp_path / "cwd-1").read_text(encoding="utf-8") == ""


@pytest.mark.parametrize(
    ("stderr", "kind"),
    [
        ("Error: No access token available. Please login with 'flyctl auth login'", NotAuthorised),
        (f"Error: failed to get app: {QUERY}You must be authenticated to view this.", NotAuthorised),
        ("Error: failed to list VMs: all tokens missing discharge tokens; no verified tokens", NotAuthorised),
        ("Error: 401 Unauthorized", NotAuthorised),
        (f'Error: failed to get app: {QUERY}Could not find App "demo"', NotFound),
        ("Error: failed to list VMs: app not found (Request ID: 01K-lhr)", NotFound),
        ("Error: 404 Not Found", NotFound),
        ('Error: failed to list VMs: Get "https://api.machines.dev": dial tcp 1.2.3.4:443: i/o timeout', Unreachable),
        ("Error: request returned non-2xx status: 502: bad gateway", Blind),
        ("Error: something new", Blind),
    ],
)
def test_the_text_of_a_failure_decides_its_kind(fake_fly: FakeFly, stderr: str, kind: type[Blind]) -> None:
    with pytest.raises(Blind) as caught:
        Fly("demo", fake_fly(MACHINES, failures=(stderr,)), TOKEN).machine_list()
    assert type(caught.value) is kind
    assert "appcompact" not in str(caught.value)
    assert str(caught.value).startswith(f"fly {MACHINES} failed: ")


def test_a_refused_token_says_what_to_type(fake_fly: FakeFly) -> None:
    with pytest.raises(NotAuthorised, match=r"Next: fly tokens create readonly -o ORG .* then set FLY_API_TOKEN"):
        Fly("demo", fake_fly(MACHINES, failures=("Error: unauthorized",)), TOKEN).machine_list()


def test_a_missing_login_says_what_to_type(fake_fly: FakeFly) -> None:
    with pytest.raises(NotAuthorised, match=r"Next: fly auth login, or .* platform\.token_env"):
        Fly("demo", fake_fly(MACHINES, failures=("Error: no access token available.",)), None).machine_list()


def test_an_unknown_app_may_be_hidden_from_the_token(fake_fly: FakeFly) -> None:
    with pytest.raises(NotFound, match=r'expected an app named "demo" \(or the token may not see it\)'):
        Fly("demo", fake_fly(MACHINES, failures=("Error: app not found",)), TOKEN).machine_list()


def test_a_token_in_the_text_is_not_repeated(fake_fly: FakeFly) -> None:
    with pytest.raises(Blind) as caught:
        Fly("demo", fake_fly(MACHINES, failures=("Error: bad token fm2_topsecret,fm2_b",)), TOKEN).machine_list()
    assert "topsecret" not in str(caught.value)


def test_a_rate_limit_is_waited_out_and_remarked(fake_fly: FakeFly, remarks: list[str]) -> None:
    environ = fake_fly(MACHINES, "[]", failures=("Error: 429 Too Many Requests",) * 2)
    assert Fly("demo", environ, TOKEN, remarks.append).machine_list() == ()
    assert remarks == [f"fly machine list was rate limited; asked again after {pause} s" for pause in (0.01, 0.02)]


def test_a_third_rate_limit_is_an_error(fake_fly: FakeFly, calls: Callable[[], int]) -> None:
    environ = fake_fly(MACHINES, "[]", failures=("Error: rate limit exceeded",) * 3)
    with pytest.raises(RateLimited, match="rate limit exceeded"):
        Fly("demo", environ, TOKEN).machine_list()
    assert calls() == 3


@pytest.mark.parametrize(
    ("code", "stderr", "kind", "said"),
    [
        (3, "", Blind, "crashed .exit 3.: goroutine 1"),
        (126, "Error: context deadline exceeded", NoAnswerInTime, "gave up waiting for Fly.io"),
        (127, "", Blind, "exited 127 and gave no reason"),
    ],
)
def test_an_exit_status_may_say_more_than_the_text(
    fake_fly: FakeFly, code: int, stderr: str, kind: type[Blind], said: str
) -> None:
    report = f"echo 'Oops, something went wrong!'; echo 'goroutine 1'; printf '%s' '{stderr}' >&2; exit {code}"
    with pytest.raises(Blind, match=said) as caught:
        Fly("demo", fake_fly(MACHINES, last=report), TOKEN).machine_list()
    assert type(caught.value) is kind


def test_help_with_exit_status_0_is_unparsable(fake_fly: FakeFly) -> None:
    environ = fake_fly("secrets list -a demo --json", "Manage application secrets.\n\nUsage:\n  fly secrets\n")
    with pytest.raises(Unparsable, match="fly secrets list printed no JSON list"):
        Fly("demo", environ, TOKEN).secrets_list()


def test_warnings_beside_a_good_answer_are_passed_over(fake_fly: FakeFly) -> None:
    environ = fake_fly(MACHINES, "[]", last="echo 'Warning: Metrics send issue' >&2")
    assert Fly("demo", environ, TOKEN).machine_list() == ()


def test_without_fly_the_instrument_is_missing() -> None:
    with pytest.raises(InstrumentMissing, match="fly is not on PATH; install flyctl"):
        Fly("demo", {"PATH": "/nowhere"}, TOKEN).machine_list()
