"""Fly's JSON in its documented shapes, old and new, and in shapes nobody documented."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ops_tests.clients import fly_json
from ops_tests.errors import Unparsable
from ops_tests.records.logs import LogLine
from ops_tests.records.platform import Image, Machine, MachineCheck, MachineEvent, Release, SecretName, Service

MACHINE: dict[str, Any] = {
    "id": "d8d4017a6e3278",
    "name": "still-sun-1",
    "state": "started",
    "region": "fra",
    "image_ref": {"registry": "registry.fly.io", "repository": "timedify", "tag": "one", "digest": "sha256:aa"},
    "config": {
        "env": {"SHOPIFY_API_SECRET": "top-secret"},
        "metadata": {"fly_process_group": "web", "fly_release_version": "42"},
        "services": [{"autostop": "suspend", "force_instance_key": None}],
    },
    "events": [
        {"type": "start", "status": "started", "source": "flyd", "timestamp": 1787220000000},
        {"type": "exit", "status": "stopped", "source": "flyd", "timestamp": 1787219000000},
        {"type": "start", "status": "started", "source": "flyd", "timestamp": 1787210000000},
    ],
    "checks": [{"name": "servicecheck-00-http-3000", "status": "passing", "output": "ok"}],
    "host_status": "ok",
    "cordoned": False,
}
LOG_LINE = {
    "level": "info",
    "instance": "d8d4017a6e3278",
    "message": "GET /health 200 <ok> & done",
    "region": "fra",
    "timestamp": "2026-08-20T10:11:12.123456789Z",
    "meta": {"Instance": "d8d4017a6e3278", "Region": "fra", "Event": {"Provider": "app"}},
}


def machine(**changes: Any) -> Machine:
    kept = {key: value for key, value in {**MACHINE, **changes}.items() if value is not None}
    return fly_json.machines(json.dumps([kept], indent=4))[0]


def test_a_machine_is_read_whole() -> None:
    assert machine() == Machine(
        id="d8d4017a6e3278",
        state="started",
        region="fra",
        image=Image("registry.fly.io/timedify", "one", "sha256:aa"),
        process_group="web",
        checks=(MachineCheck("servicecheck-00-http-3000", "passing", "ok"),),
        host_status="ok",
        auto_stop=True,
        release=42,
        started_at=datetime(2026, 8, 20, 10, tzinfo=UTC),
        services=(Service((), force_https=False, minimum_machines=0),),
        events=(
            MachineEvent("start", datetime(2026, 8, 20, 10, tzinfo=UTC)),
            MachineEvent("exit", datetime(2026, 8, 20, 9, 43, 20, tzinfo=UTC), exit_code=0),
            MachineEvent("start", datetime(2026, 8, 20, 7, 13, 20, tzinfo=UTC)),
        ),
    )


def test_the_environment_of_a_machine_is_not_kept() -> None:
    assert "top-secret" not in repr(machine())


def test_a_machine_with_nothing_but_id_and_state_is_read() -> None:
    text = '[{"id": "1", "state": "created", "image_ref": {}, "cordoned": false}]'
    assert fly_json.machines(text) == (Machine("1", "created", "", Image("")),)


def test_a_machine_on_an_unreachable_host_has_an_incomplete_config() -> None:
    found = machine(config=None, incomplete_config=MACHINE["config"], host_status="unreachable")
    assert (found.process_group, found.release, found.host_status) == ("web", 42, "unreachable")


def test_a_machine_without_an_image_reference_has_that_of_its_config() -> None:
    assert machine(image_ref={}, config={"image": "registry.fly.io/x:1"}).image == Image("registry.fly.io/x", "1")


@pytest.mark.parametrize(
    ("labels", "commit"),
    [
        ({"GH_SHA": "4e1c2d9"}, "4e1c2d9"),
        ({"GH_SHA": "4e1c2d9", "org.opencontainers.image.revision": "813dd2e"}, "813dd2e"),
        ({"gh_sha": "4e1c2d9", "GH_SHA": 7}, ""),
        (None, ""),
        ("text", ""),
    ],
)
def test_the_commit_of_an_image_is_what_its_labels_say(labels: object, commit: str) -> None:
    assert machine(image_ref={"repository": "x", "labels": labels}).commit == commit


@pytest.mark.parametrize("word", [True, "stop", "suspend"])
def test_a_machine_may_stop_by_itself(word: object) -> None:
    assert machine(config={"services": [{"autostop": False}, {"autostop": word}]}).auto_stop


@pytest.mark.parametrize("word", [False, "off", None])
def test_a_machine_may_not_stop_by_itself(word: object) -> None:
    assert not machine(config={"services": [{"autostop": word}]}).auto_stop


@pytest.mark.parametrize("events", [None, [], "x", [{"status": "started"}], [{"status": "started", "timestamp": "?"}]])
def test_a_machine_without_a_start_has_none(events: object) -> None:
    assert machine(events=events).started_at is None


@pytest.mark.parametrize("missing", ["id", "state"])
def test_a_machine_without_id_or_state_is_unparsable_and_says_so(missing: str) -> None:
    with pytest.raises(Unparsable, match=f"fly machine list has an entry without {missing}; expected a text") as caught:
        machine(**{missing: None})
    assert "top-secret" not in str(caught.value)


RELEASE = {
    "ID": "rel_x",
    "Version": 42,
    "Stable": True,
    "Description": "Release",
    "Status": "complete",
    "Metadata": None,
    "CreatedAt": "2026-08-20T08:58:00Z",
    "ImageRef": "registry.fly.io/timedify:deployment-1",
}
IMAGE = Image("registry.fly.io/timedify", "deployment-1")
READ = Release(42, "complete", datetime(2026, 8, 20, 8, 58, tzinfo=UTC), IMAGE, "Release")


def test_a_release_is_read() -> None:
    assert fly_json.releases(json.dumps([RELEASE])) == (READ,)


def test_a_release_in_lower_snake_is_the_same() -> None:
    lower = {"version": 42, "status": "complete", "created_at": RELEASE["CreatedAt"], "image_ref": RELEASE["ImageRef"]}
    assert fly_json.releases(json.dumps([{**lower, "description": "Release"}])) == (READ,)


def test_a_release_without_an_image_has_none() -> None:
    assert fly_json.releases(json.dumps([{**RELEASE, "ImageRef": ""}]))[0].image is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Version": None}, "has a release without version"),
        ({"Version": "v42"}, "has a release without version"),
        ({"Status": ""}, "has an entry without status"),
        ({"CreatedAt": "yesterday"}, "has an entry whose createdat is 'yesterday'; expected a time of RFC 3339"),
        ({"CreatedAt": None}, "has an entry whose createdat is 'None'"),
    ],
)
def test_a_malformed_release_is_unparsable(change: dict[str, Any], said: str) -> None:
    with pytest.raises(Unparsable, match=f"fly releases {said}"):
        fly_json.releases(json.dumps([{**RELEASE, **change}]))


@pytest.mark.parametrize(
    ("item", "read"),
    [
        ({"Name": "SCOPES", "Digest": "a1", "CreatedAt": "2025-01-01T00:00:00Z"}, SecretName("SCOPES")),
        ({"name": "SCOPES", "digest": "a1", "updated_at": "2025-10-01T00:00:00Z"}, SecretName("SCOPES")),
        ({"name": "SCOPES", "digest": "a1", "status": "Staged"}, SecretName("SCOPES", "Staged")),
    ],
    ids=["0.3.177", "0.3.178", "0.4.6"],
)
def test_secrets_are_read_in_the_shape_of_every_version(item: dict[str, str], read: SecretName) -> None:
    assert fly_json.secret_names(json.dumps([item])) == (read,)


@pytest.mark.parametrize(
    ("reference", "image"),
    [
        ("registry.fly.io/a:1", Image("registry.fly.io/a", "1")),
        ("registry.fly.io/a:1@sha256:ff", Image("registry.fly.io/a", "1", "sha256:ff")),
        ("registry.fly.io/a@sha256:ff", Image("registry.fly.io/a", "", "sha256:ff")),
        ("localhost:5000/a", Image("localhost:5000/a")),
        ("", None),
    ],
)
def test_an_image_reference_is_taken_apart(reference: str, image: Image | None) -> None:
    assert fly_json.parse_image(reference) == image


LISTED = [{"name": "A"}]


@pytest.mark.parametrize(
    "text",
    [
        '[{"name": "A"}]',
        '\x1b[33mWARN\x1b[0m the token expires soon\n[\n    {\n        "name": "A"\n    }\n]\n',
        "[WARN] not JSON\n" + json.dumps(LISTED, indent=4),
        json.dumps(LISTED) + "\n\nShowing 50 of 51 certificates. See the dashboard.\n",
    ],
    ids=["plain", "coloured-warning", "bracketed-warning", "text-after"],
)
def test_a_list_is_found_among_other_text(text: str) -> None:
    assert fly_json.listed(text, "fly x") == LISTED


@pytest.mark.parametrize(
    "text", ["[]", "null\n", "No machines are available on this app x\n", "No backups found for cluster x\n"]
)
def test_an_empty_list_has_several_spellings(text: str) -> None:
    assert fly_json.listed(text, "fly x") == []


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("", "nothing"),
        ("Manage secrets.\n\nUSAGE\n  fly secrets", "'Manage secrets.'"),
        ('{"name": "A"}', '\'{"name": "A"}\''),
        ('["A"]', "'[\"A\"]'"),
        (json.dumps([{"name": "A"}, {"name": "B"}], indent=4)[:-20], "'['"),
        ("[" * 100_000, "'" + "[" * 80 + "'"),
    ],
    ids=["nothing", "help", "object", "texts", "cut", "deep"],
)
def test_what_is_no_list_is_unparsable_and_quoted(text: str, beginning: str) -> None:
    with pytest.raises(Unparsable) as caught:
        fly_json.listed(text, "fly x")
    assert f"fly x printed no JSON list; expected one. It began with {beginning}. Next:" in str(caught.value)


def test_the_version_stands_on_one_line() -> None:
    assert fly_json.version('{"Name":"flyctl","Version":"0.4.87","Environment":"production"}\n') == "0.4.87"


@pytest.mark.parametrize("text", ["flyctl v0.4.87 linux/amd64", '{"Name": "flyctl"}', "[]"])
def test_no_version_is_unparsable(text: str) -> None:
    with pytest.raises(Unparsable, match="fly version"):
        fly_json.version(text)


READ_LINE = LogLine(
    datetime(2026, 8, 20, 10, 11, 12, 123456, UTC), "GET /health 200 <ok> & done", "d8d4017a6e3278", "info", "app"
)


def test_log_lines_follow_each_other_without_commas() -> None:
    text = "\n".join(json.dumps(LOG_LINE, indent=4) for _ in range(2)) + "\n"
    assert fly_json.log_lines(text) == (READ_LINE, READ_LINE)


def test_log_lines_may_also_stand_one_a_line_behind_a_warning() -> None:
    text = "WARN slow\n" + json.dumps(LOG_LINE) + "\n" + json.dumps(LOG_LINE)
    assert fly_json.log_lines(text) == (READ_LINE, READ_LINE)


def test_no_log_lines_are_none() -> None:
    assert fly_json.log_lines("\n") == ()


def test_a_log_line_of_the_api_is_the_same() -> None:
    lower = {**LOG_LINE, "meta": {"instance": "d8d4017a6e3278", "event": {"provider": "app"}}}
    assert fly_json.log_line(lower, "logs API") == READ_LINE


def test_colours_in_a_message_are_taken_out() -> None:
    assert fly_json.log_line({**LOG_LINE, "message": "\x1b[31mred\x1b[0m"}, "x").message == "red"


def test_a_log_line_without_meta_has_no_provider() -> None:
    line = fly_json.log_line({"message": "m", "timestamp": LOG_LINE["timestamp"], "meta": None}, "x")
    assert (line.instance, line.level, line.provider) == ("", "info", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Error text", "printed no JSON objects; expected log lines. It began with 'Error text'"),
        (json.dumps(LOG_LINE, indent=4)[:-9], "printed broken JSON after 0 characters"),
        (json.dumps(LOG_LINE) + "\nnoise", "broken JSON after"),
        ('{"timestamp": "2026-08-20T10:11:12Z"}', "has a log line without message; expected one beside timestamp"),
        ('{"message": "m", "timestamp": "now"}', "has an entry whose timestamp is"),
        ('{"message": "m"}', "has an entry whose timestamp is"),
    ],
)
def test_malformed_log_lines_are_unparsable(text: str, said: str) -> None:
    with pytest.raises(Unparsable, match="fly logs.*" + said):
        fly_json.log_lines(text)
