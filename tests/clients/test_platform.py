"""The platform: which source it asks first, and what it says when none answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from ops_tests.clients.fly_platform import FlyPlatform, connect
from ops_tests.errors import Blind, NotAuthorised, NotFound, UsageProblem
from ops_tests.records.platform import SecretName
from ops_tests.target import Secret, Target

FakeFly = Callable[..., dict[str, str]]
TOKEN = Secret("FLY_API_TOKEN", "fm2_topsecret")
SINCE = datetime(2026, 8, 20, 10, tzinfo=UTC)
LOGS = "logs --no-tail -a demo --json"
LINE = json.dumps({"timestamp": "2026-08-20T10:00:00Z", "message": "from fly", "meta": {}})
EMPTY = b'{"data": [], "meta": {"next_token": ""}}'


@pytest.fixture
def api(http_server: Callable[..., str]) -> str:
    """A logs API that has no lines."""
    return http_server(lambda *_request: (200, {}, EMPTY))


@pytest.fixture
def refusing_api(http_server: Callable[..., str]) -> str:
    """A logs API that knows no app."""
    return http_server(lambda *_request: (404, {}, b""))


def test_with_a_token_the_log_comes_from_the_api(api: str) -> None:
    window = FlyPlatform("demo", {"FLY_API_BASE_URL": api, "PATH": ""}, TOKEN).logs(SINCE)
    assert (window.source, window.complete) == ("logs API", True)


def test_without_a_token_the_log_comes_from_fly(fake_fly: FakeFly, api: str) -> None:
    window = FlyPlatform("demo", {**fake_fly(LOGS, LINE), "FLY_API_BASE_URL": api}, None).logs(SINCE)
    assert [line.message for line in window.lines] == ["from fly"]


def test_when_the_api_fails_fly_is_asked_and_that_is_remarked(
    fake_fly: FakeFly, refusing_api: str, remarks: list[str]
) -> None:
    environ = {**fake_fly(LOGS, LINE), "FLY_API_BASE_URL": refusing_api}
    window = FlyPlatform("demo", environ, TOKEN, remarks.append).logs(SINCE)
    assert window.source == "fly logs"
    assert remarks[0].startswith(
        "the log came from fly logs, since the logs API did not give it: logs API answered 404"
    )


def test_when_both_fail_in_the_same_way_one_error_names_both(fake_fly: FakeFly, refusing_api: str) -> None:
    environ = {**fake_fly(LOGS, failures=("Error: 404 Not Found",)), "FLY_API_BASE_URL": refusing_api}
    with pytest.raises(NotFound, match=r"logs API answered 404 for demo.* \| and with fly: fly logs .* failed: 404"):
        FlyPlatform("demo", environ, TOKEN).logs(SINCE)


def test_when_both_fail_differently_the_error_is_plainly_blind(refusing_api: str) -> None:
    with pytest.raises(Blind, match=r"logs API answered 404.*\| and with fly: fly is not on PATH") as caught:
        FlyPlatform("demo", {"PATH": "", "FLY_API_BASE_URL": refusing_api}, TOKEN).logs(SINCE)
    assert type(caught.value) is Blind


def test_machines_releases_and_secrets_come_from_fly(fake_fly: FakeFly) -> None:
    platform = FlyPlatform("demo", fake_fly("secrets list -a demo --json", '[{"name": "A"}]'), TOKEN)
    assert platform.secret_names() == (SecretName("A"),)


def test_machines_come_from_the_machine_list(fake_fly: FakeFly) -> None:
    assert FlyPlatform("demo", fake_fly("machine list -a demo --json", "[]"), TOKEN).machines() == ()


def test_releases_come_from_the_releases(fake_fly: FakeFly) -> None:
    assert FlyPlatform("demo", fake_fly("releases -a demo --json", "[]"), TOKEN).releases() == ()


def target(**parts: object) -> Target:
    return Target.model_validate({"name": "demo", "base_url": "https://demo.example.invalid", **parts})


def test_connecting_asks_nothing_yet() -> None:
    assert isinstance(connect(target(platform={"kind": "fly", "app": "demo"})), FlyPlatform)


def test_connecting_with_a_token_nobody_set_is_not_authorised() -> None:
    with pytest.raises(NotAuthorised, match="FLY_API_TOKEN is not set"):
        connect(target(platform={"kind": "fly", "app": "demo", "token_env": "FLY_API_TOKEN"}))


def test_connecting_hands_over_the_targets_environment_and_token(fake_fly: FakeFly, tmp_path: Path) -> None:
    part = {"kind": "fly", "app": "demo", "token_env": "FLY_API_TOKEN"}
    environ = {**fake_fly("releases -a demo --json", "[]"), "FLY_API_TOKEN": "fm2_mine"}
    connect(target(platform=part).placed(tmp_path, environ)).releases()
    assert "FLY_API_TOKEN=fm2_mine\n" in (tmp_path / "environ-1").read_text(encoding="utf-8")


def test_a_target_without_a_platform_cannot_be_connected() -> None:
    with pytest.raises(UsageProblem, match=r"has no \[platform\]; expected one"):
        connect(target())


def test_what_runs_on_cloudflare_is_told_where_to_look() -> None:
    part = {"kind": "cloudflare", "worker": "demo-production"}
    with pytest.raises(UsageProblem, match=r"runs on Cloudflare.*wrangler rollback --name demo-production"):
        connect(target(platform=part))


NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
Answer = tuple[int, dict[str, str], bytes]


def remembering(days: float, failing_before: float = 99) -> Callable[..., Answer]:
    """A logs API with a line every six hours of so many days, and 503 to whoever asks for what is older than that."""
    written = [NOON - timedelta(hours=6 * place) for place in range(int(days * 4), -1, -1)]

    def answer(_method: str, path: str, *_rest: object) -> Answer:
        asked = datetime.fromtimestamp(int(parse_qs(urlsplit(path).query)["next_token"][0]) / 1e9, UTC)
        if asked < NOON - failing_before * DAY:
            return 503, {}, b""
        lines = [
            {"attributes": {"timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}", "message": "x"}} for at in written if at >= asked
        ]
        return 200, {}, json.dumps({"data": lines[:100], "meta": {"next_token": ""}}).encode()

    return answer


def past(url: str, seconds: float = 30, remark: Callable[[str], None] = lambda _sentence: None) -> tuple[float, bool]:
    """How many days back the way led, and whether all of the fourteen."""
    platform = FlyPlatform("demo", {"FLY_API_BASE_URL": url, "PATH": ""}, TOKEN, remark)
    window = platform.past_logs(NOON - 14 * DAY, NOON, seconds)
    oldest = window.oldest or NOON
    return (NOON - oldest) / DAY, window.complete


def test_the_way_back_leads_as_far_as_it_was_asked(http_server: Callable[..., str]) -> None:
    assert past(http_server(remembering(20))) == (14, True)


def test_the_way_back_ends_where_the_log_ends_and_is_not_complete(http_server: Callable[..., str]) -> None:
    assert past(http_server(remembering(7))) == (7, False)


def test_a_failure_on_the_way_back_keeps_what_was_read(http_server: Callable[..., str], remarks: list[str]) -> None:
    assert past(http_server(remembering(20, failing_before=3)), remark=remarks.append) == (3, False)
    assert "was not read: logs API answered 503" in remarks[-1]


def test_the_way_back_ends_with_its_time(http_server: Callable[..., str]) -> None:
    assert past(http_server(remembering(20)), seconds=0) == (0, False)


def test_without_a_token_the_way_back_is_the_one_page_of_fly(fake_fly: FakeFly) -> None:
    window = FlyPlatform("demo", fake_fly(LOGS, LINE), None).past_logs(SINCE, NOON, 30)
    assert (len(window.lines), window.source) == (1, "fly logs")
