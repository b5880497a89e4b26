"""The fly stand-in's exit statuses, streams and shapes, as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops_tests.sandbox import fly_state, json_text
from ops_tests.sandbox.log_store import Entry, LogStore
from ops_tests.sandbox.logs_api import LogsApi
from ops_tests.sandbox.scenario import Line, Machine, Platform
from ops_tests.sandbox.world import STAND_IN

Done = subprocess.CompletedProcess[str]
Fly = Callable[..., Done]
APP = fly_state.APP
TOKEN = "fm2_abc"


class CountingStore(LogStore):
    """Counts how often it was asked."""

    asked = 0

    def page(self, token: str, instance: str = "", region: str = "") -> tuple[list[Entry], str]:
        self.asked += 1
        return super().page(token, instance, region)


@pytest.fixture
def store() -> CountingStore:
    store = CountingStore(("d8d4017a6e3278",))
    store.remember([Line(2, "GET /a?b=1&c=<d> 200 - - 1 ms"), Line(1, "second")])
    return store


@pytest.fixture
def api(store: LogStore) -> Iterator[LogsApi]:
    api = LogsApi(store, APP, TOKEN)
    api.answer()
    yield api
    api.shutdown()
    api.server_close()


@pytest.fixture
def command(tmp_path: Path) -> Callable[[Platform], list[str]]:
    def command(plan: Platform) -> list[str]:
        state = tmp_path / "fly.json"
        state.write_text(json.dumps(fly_state.document(plan, TOKEN, datetime(2026, 11, 20, 12, tzinfo=UTC))))
        return [sys.executable, "-I", "-S", str(STAND_IN), str(state)]

    return command


@pytest.fixture
def fly(tmp_path: Path, command: Callable[[Platform], list[str]]) -> Fly:
    def fly(*words: str, plan: Platform | None = None, cwd: Path = tmp_path, **environ: str) -> Done:
        given = {"FLY_API_TOKEN": f"FlyV1 {TOKEN}", "HOME": str(tmp_path), **environ}
        environment = {name: value for name, value in given.items() if value != "unset"}
        argv = [*command(plan or Platform()), *words]
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=cwd, env=environment)

    return fly


def _json(done: Done) -> Any:
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_version_prints_one_line_of_json_and_needs_no_token(fly: Fly) -> None:
    done = fly("version", "--json", FLY_API_TOKEN="unset")
    assert _json(done)["Environment"] == "production"
    assert done.stdout.count("\n") == 1


def test_whoami_prints_the_address(fly: Fly) -> None:
    assert _json(fly("auth", "whoami", "-j")) == {"email": "ops@example.invalid"}


def test_machines_are_listed_in_flyctl_s_shape(fly: Fly) -> None:
    machine = _json(fly("machine", "list", "-a", APP, "--json"))[0]
    assert machine["config"]["metadata"]["fly_process_group"] == "app"
    assert machine["config"]["services"][0]["autostop"] is False
    assert machine["config"]["env"]["SMTP_PASSWORD"]
    assert machine["events"][0]["type"] == "start"
    assert (machine["state"], machine["host_status"], machine["cordoned"]) == ("started", "ok", False)


def test_a_machine_on_an_unreachable_host_has_no_whole_config(fly: Fly) -> None:
    plan = Platform(machines=(Machine("d8d4017a6e3278", host="unreachable"),))
    (machine,) = _json(fly("machines", "ls", "-j", "-a", APP, plan=plan))
    assert "config" not in machine
    assert machine["incomplete_config"]
    assert machine["host_status"] == "unreachable"


def test_status_has_sorted_go_names_with_lower_snake_machines_inside(fly: Fly) -> None:
    status = _json(fly("status", "-a", APP, "-j"))
    assert list(status) == sorted(status)
    assert [machine["id"] for machine in status["Machines"]] == ["e286065f969386", "d8d4017a6e3278"]
    assert status["Version"] == 42


def test_checks_are_listed_by_machine(fly: Fly) -> None:
    checks = _json(fly("checks", "list", "-a", APP, "-j"))
    assert [check["status"] for found in checks.values() for check in found] == ["passing", "passing"]


def test_releases_come_newest_first_with_their_images(fly: Fly) -> None:
    found = _json(fly("releases", "-a", APP, "--json"))
    assert [(item["Version"], item["Status"]) for item in found[:3]] == [
        (42, "complete"),
        (41, "failed"),
        (40, "complete"),
    ]
    assert found[0]["CreatedAt"] == "2026-11-20T11:40:00Z"
    assert found[0]["ImageRef"] != found[2]["ImageRef"]


def test_secrets_come_with_digest_and_status_and_no_value(fly: Fly) -> None:
    found = _json(fly("secrets", "list", "-a", APP, "--json"))
    assert {tuple(item) for item in found} == {("name", "digest", "status")}
    assert len(found) == 6


def test_config_is_json_without_being_asked(fly: Fly) -> None:
    assert _json(fly("config", "show", "-a", APP))["http_service"]["force_https"] is True
    refused = fly("config", "show", "-a", APP, "--json")
    assert (refused.returncode, refused.stderr) == (1, "Error: unknown flag: --json\n")


def test_scale_ignores_the_json_variable(fly: Fly) -> None:
    assert _json(fly("scale", "show", "-j", "-a", APP))[0]["Regions"] == {"fra": 2}
    assert "VM Resources" in fly("scale", "show", "-a", APP, FLY_JSON="1").stdout


def test_images_have_strings_for_values(fly: Fly) -> None:
    image = _json(fly("image", "show", "-a", APP, "-j"))[0]
    assert json.loads(image["Labels"])["GH_SHA"]
    assert {type(value) for value in image.values()} == {str}


def test_json_is_indented_by_four_with_html_escaped(fly: Fly) -> None:
    plan = Platform(machines=(Machine("d8d4017a6e3278", check="critical"),))
    text = fly("checks", "list", "-a", APP, "-j", plan=plan).stdout
    assert text.startswith('{\n    "d8d4')
    assert "\\u003c127.0.0.1:3000\\u003e \\u0026 given up" in text


@pytest.mark.parametrize(
    "words", [("status",), ("machine", "list"), ("checks", "list"), ("releases",), ("secrets", "list")]
)
def test_text_is_a_table(fly: Fly, words: tuple[str, ...]) -> None:
    done = fly(*words, "-a", APP)
    assert (done.returncode, done.stderr) == (0, "")
    assert " │ " in done.stdout


def test_titles_are_bold_even_without_colour(fly: Fly) -> None:
    assert "\x1b[1mMachines\x1b[0m" in fly("status", "-a", APP, NO_COLOR="1").stdout


@pytest.mark.parametrize(
    ("words", "code", "stdout", "stderr"),
    [
        (("status", "--bogus"), 1, "Usage:\n  flyctl status", "Error: unknown flag: --bogus\n"),
        (("status", "-z"), 1, "Usage:", "Error: unknown shorthand flag: 'z' in -z\n"),
        (("status", "extra"), 1, "Usage:", 'Error: unknown command "extra" for "flyctl status"\n'),
        (("status", "--app"), 1, "Usage:", "Error: flag needs an argument: --app\n"),
        (("status", "-a"), 1, "Usage:", "Error: flag needs an argument: 'a' in -a\n"),
        (("bogus",), 1, "Run 'flyctl --help' for usage.\n\n", 'Error: unknown command "bogus" for "flyctl"\n'),
        (("secrets", "lst"), 0, "Usage:\n  flyctl secrets", ""),
        (("secrets",), 0, "Usage:\n  flyctl secrets", ""),
        ((), 0, "Usage:\n  flyctl", ""),
        (("status", "--help"), 0, "Show app status", ""),
        (("--version",), 0, "flyctl version 0.4.87\n", ""),
        (("mpg", "backup", "lst"), 0, "Usage:\n  flyctl mpg backup", ""),
        (("volumes", "snapshots", "list"), 1, "Usage:", "Error: accepts 1 arg(s), received 0\n"),
        (("proxy",), 1, "Usage:", "Error: accepts between 1 and 2 arg(s), received 0\n"),
    ],
)
def test_usage_errors_go_where_flyctl_puts_them(
    fly: Fly, words: tuple[str, ...], code: int, stdout: str, stderr: str
) -> None:
    done = fly(*words)
    assert (done.returncode, done.stderr) == (code, stderr)
    assert done.stdout.startswith(stdout)


@pytest.mark.parametrize(
    "words",
    [
        ("--app=x", "releases", "-j"),
        ("-a", "x", "releases", "--json"),
        ("releases", "-jax"),
        ("releases", "-a=x", "-j"),
        ("-t", "abc", "releases", "-j", "--app", "x"),
    ],
)
def test_flags_stand_anywhere_and_in_any_form(fly: Fly, words: tuple[str, ...]) -> None:
    assert 'Could not find App "x"' in fly(*words, FLY_API_TOKEN=TOKEN).stderr or "-t" in words


@pytest.mark.parametrize(
    ("environ", "flags", "message"),
    [
        ({"FLY_API_TOKEN": "unset"}, (), "no access token available. Please login with 'flyctl auth login'"),
        ({"FLY_ACCESS_TOKEN": ""}, (), "no access token available. Please login with 'flyctl auth login'"),
        ({"FLY_ACCESS_TOKEN": "fm2_old"}, (), "You must be authenticated to view this."),
        ({"FLY_API_TOKEN": "fm2_old"}, (), "You must be authenticated to view this."),
        ({"FLY_API_TOKEN": TOKEN}, ("-t", "fm2_old"), "You must be authenticated to view this."),
    ],
)
def test_the_token_is_found_where_flyctl_finds_it(
    fly: Fly, environ: dict[str, str], flags: tuple[str, ...], message: str
) -> None:
    done = fly("status", "-j", "-a", APP, *flags, **environ)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: ")
    assert message in done.stderr


def test_a_login_of_the_config_folder_serves(fly: Fly, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(f"access_token: {TOKEN}\n")
    assert fly("auth", "whoami", FLY_API_TOKEN="unset", FLY_CONFIG_DIR=str(tmp_path)).returncode == 0


@pytest.mark.parametrize("access", ["refused", "unknown app"])
@pytest.mark.parametrize(
    ("words", "refused", "unknown"),
    [
        (("status",), "You must be authenticated", f'Could not find App "{APP}"'),
        (("releases",), "failed to get app: failed to run query ($appName: String!) {", "Could not find App"),
        (
            ("machine", "list"),
            "failed to list VMs: all tokens missing",
            "failed to list VMs: app not found (Request ID: ",
        ),
        (("checks", "list"), "no verified tokens", "failed to list active VMs: app not found"),
        (("secrets", "list"), "failed to list app secrets: all", "failed to list app secrets: app not found"),
    ],
)
def test_a_refused_token_and_an_unknown_app_have_the_words_of_their_api(
    fly: Fly, access: Any, words: tuple[str, ...], refused: str, unknown: str
) -> None:
    done = fly(*words, "-j", "-a", APP, plan=Platform(access=access))
    assert (done.returncode, done.stdout) == (1, "")
    assert (refused if access == "refused" else unknown) in done.stderr


def test_the_app_comes_from_flag_variable_or_file(fly: Fly, tmp_path: Path) -> None:
    assert "missing an app name" in fly("releases").stderr
    assert fly("releases", FLY_APP=APP).returncode == 0
    (tmp_path / "fly.toml").write_text(f'app = "{APP}"\n')
    assert fly("releases").returncode == 0
    (tmp_path / "fly.toml").write_text("app = \n")
    assert fly("releases", "-a", APP).stderr.startswith(f"Error: failed loading app config from {tmp_path}/fly.toml: ")


def test_text_comes_where_json_was_asked_for_when_the_fault_says_so(fly: Fly) -> None:
    assert " │ " in fly("machine", "list", "-j", "-a", APP, plan=Platform(text_instead_of_json=True)).stdout


def test_logs_are_a_stream_of_objects(fly: Fly, api: LogsApi) -> None:
    done = fly("logs", "-jn", "-a", APP, FLY_API_BASE_URL=api.url)
    first, end = json.JSONDecoder().raw_decode(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert first["message"] == "GET /a?b=1&c=<d> 200 - - 1 ms"
    assert first["meta"]["Event"] == {"Provider": "app"}
    assert first["meta"]["HTTP"]["Response"] == {"status_code": 0}
    assert done.stdout[end:].startswith("\n{\n")


def test_log_lines_are_coloured_and_have_no_blank_before_the_message(fly: Fly, api: LogsApi) -> None:
    line = fly("logs", "--no-tail", "-a", APP, FLY_API_BASE_URL=api.url, NO_COLOR="1").stdout.splitlines()[1]
    assert line.startswith("\x1b[2m20")
    assert line.endswith("Z\x1b[0m app[d8d4017a6e3278] \x1b[32mfra\x1b[0m [\x1b[34minfo\x1b[0m]second")


@pytest.mark.parametrize(
    ("token", "app", "message"), [("fm2_old", APP, "401 Unauthorized"), (TOKEN, "x", "404 Not Found")]
)
def test_the_logs_api_s_refusal_is_its_bare_status(fly: Fly, api: LogsApi, token: str, app: str, message: str) -> None:
    done = fly("logs", "-n", "-a", app, FLY_API_TOKEN=token, FLY_API_BASE_URL=api.url)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {message}\n")


@pytest.mark.parametrize("flags", [("-n", "-m", "nobody"), ()])
def test_logs_wait_for_ever_until_they_are_ended_silently(
    command: Callable[[Platform], list[str]],
    api: LogsApi,
    store: CountingStore,
    eventually: Callable[[Callable[[], bool]], bool],
    flags: tuple[str, ...],
    tmp_path: Path,
) -> None:
    environ = {"FLY_API_TOKEN": TOKEN, "FLY_API_BASE_URL": api.url, "HOME": str(tmp_path)}
    argv = [*command(Platform()), "logs", "-a", APP, *flags]
    running = subprocess.Popen(
        argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**environ, "PATH": os.defpath}
    )
    assert eventually(lambda: store.asked >= 3)
    running.send_signal(signal.SIGTERM)
    _stdout, stderr = running.communicate()
    assert (running.returncode, stderr) == (127, b"")


@pytest.mark.parametrize("indent", [None, 4])
def test_its_json_is_what_json_reads_and_writes(indent: int | None) -> None:
    value: Any = {'ä"\\\n\x01\u2028😀': [1, -2.5, 1e300, True, False, None, (), {}, [[]], {"a": {"b": ("c",)}}], "": ""}
    text = json.dumps(value, indent=indent, ensure_ascii=False, separators=None if indent else (",", ":"))
    assert json_text.dumps(value, indent) == text
    assert json_text.loads(text) == json.loads(text)
