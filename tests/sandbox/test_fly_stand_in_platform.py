"""The stand-in's volumes, backups, exec and registry: shapes, sentences for empty lists, refusals."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops_tests.records.runtime import COMMAND
from ops_tests.sandbox import fly_inside, fly_state, images
from ops_tests.sandbox.fly_storage import CLUSTER, ORGANISATION, POSTGRES_APP, POSTGRES_VOLUME, VOLUME
from ops_tests.sandbox.registry import RegistryApi
from ops_tests.sandbox.scenario import CURRENT_IMAGE, Platform
from ops_tests.sandbox.scenario_machines import Backup, Registry, Storage
from ops_tests.sandbox.world import STAND_IN

Done = subprocess.CompletedProcess[str]
Fly = Callable[..., Done]
APP, TOKEN, EXEC = fly_state.APP, "fm2_abc", "fm2_exec"
MACHINE = "d8d4017a6e3278"


@pytest.fixture
def fly(tmp_path: Path) -> Fly:
    """Call the stand-in of a plan with the good token, or another."""

    def fly(*words: str, plan: Platform | None = None, token: str = TOKEN) -> Done:
        state = fly_state.document(plan or Platform(), TOKEN, datetime(2026, 11, 20, 12, tzinfo=UTC))
        state["exec"] |= {"token": EXEC, "folder": str(tmp_path / "machines")}
        (tmp_path / "fly.json").write_text(json.dumps(state), encoding="utf-8")
        argv = [sys.executable, "-I", "-S", str(STAND_IN), str(tmp_path / "fly.json"), *words]
        environ = {"FLY_API_TOKEN": token, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
        return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=tmp_path, env=environ)

    return fly


def listed(done: Done) -> Any:
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_volumes_and_their_snapshots_oldest_first(fly: Fly) -> None:
    assert [item["attached_machine_id"] for item in listed(fly("volumes", "list", "-a", APP, "-j"))] == [MACHINE, None]
    found = listed(fly("vol", "snaps", "ls", VOLUME, "-a", APP, "--json"))
    assert [item["created_at"] for item in found] == sorted(item["created_at"] for item in found)
    assert (found[-1]["id"], found[-1]["status"]) == ("", "pending")


def test_the_second_app_has_machines_and_a_volume_of_its_own(fly: Fly) -> None:
    (machine,) = listed(fly("machine", "list", "-a", POSTGRES_APP, "-j"))
    (volume,) = listed(fly("volumes", "list", "-a", POSTGRES_APP, "-j"))
    assert (volume["id"], volume["attached_machine_id"]) == (POSTGRES_VOLUME, machine["id"])


def test_no_snapshot_is_an_empty_list_and_no_backup_a_sentence(fly: Fly) -> None:
    plan = Platform(storage=Storage(snapshots=(), cluster_backups=()))
    assert listed(fly("volumes", "snapshots", "list", VOLUME, "-a", APP, "-j", plan=plan)) == []
    done = fly("mpg", "backup", "list", CLUSTER, "--json", "--all", plan=plan)
    assert (done.returncode, done.stdout) == (0, f"No backups found for cluster {CLUSTER}\n")
    assert (
        fly("mpg", "list", "-o", "nobody", "-j").stdout == "No managed postgres clusters found in organization nobody\n"
    )


def test_clusters_name_their_apps_and_organisation(fly: Fly) -> None:
    (cluster,) = listed(fly("mpg", "list", "-o", ORGANISATION, "--json"))
    assert (cluster["id"], cluster["attached_apps"][0]["name"]) == (CLUSTER, APP)
    assert cluster["organization"]["Slug"] == ORGANISATION


def test_backups_of_the_last_day_unless_all_are_asked_for(fly: Fly) -> None:
    every = listed(fly("mpg", "backups", "ls", CLUSTER, "-j", "--all"))
    assert {item["status"] for item in every} == {"completed", "in_progress"}
    old = Platform(storage=Storage(cluster_backups=(Backup(9000, "completed"),)))
    assert "in the last 24 hours (use --all" in fly("mpg", "backup", "list", CLUSTER, "-j", plan=old).stdout


@pytest.mark.parametrize(
    ("words", "token", "said"),
    [
        (("mpg", "list"), TOKEN, "slug argument must be specified when not running interactively"),
        (("mpg", "list", "-o", "acme"), "old", "MPG commands require updated tokens but found older-style tokens."),
        (("mpg", "list", "-o", "acme"), "fm2_old", "You must be authenticated"),
        (("mpg", "backup", "list", "other"), TOKEN, 'managed postgres cluster "other" not found'),
        (("mpg", "backup", "list", CLUSTER), "fm2_old", f'managed postgres cluster "{CLUSTER}" not found'),
        (("volumes", "list", "-a", "other"), TOKEN, 'Could not find App "other"'),
        (("volumes", "snapshots", "list", "vol_x", "-a", APP), TOKEN, "volume not found"),
    ],
)
def test_refusals_have_fly_s_words(fly: Fly, words: tuple[str, ...], token: str, said: str) -> None:
    done = fly(*words, "-j", token=token)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr


def test_fly_of_2024_knew_no_managed_postgres(fly: Fly) -> None:
    done = fly("mpg", "list", "-o", "acme", plan=Platform(fly="of 2024"))
    assert (done.returncode, done.stderr) == (1, 'Error: unknown command "mpg" for "flyctl"\n')


def test_exec_runs_the_one_command_and_leaves_empty_keys_out(fly: Fly, tmp_path: Path) -> None:
    fly_inside.make(tmp_path / "machines", Platform().machines)
    answer = listed(fly("machine", "exec", MACHINE, COMMAND, "-a", APP, "-j", "--timeout", "5", token=EXEC))
    assert list(answer) == ["stdout"]
    assert answer["stdout"].endswith("end\n")


def test_a_command_that_fails_ends_fly_with_0(fly: Fly, tmp_path: Path) -> None:
    fly_inside.make(tmp_path / "machines", Platform().machines)
    answer = listed(fly("m", "exec", MACHINE, COMMAND, "-a", APP, "-j", plan=Platform(exec="fails"), token=EXEC))
    assert (answer["exit_code"], answer["stderr"]) == (127, "sh: tr: not found\n")


@pytest.mark.parametrize(
    ("words", "token", "said"),
    [
        ((MACHINE, "touch harm"), EXEC, "permission denied"),
        ((MACHINE, COMMAND), TOKEN, f"could not exec command on machine {MACHINE}: unauthorized"),
        (("m9", COMMAND), EXEC, f"machine m9 was not found in app '{APP}'"),
        ((COMMAND,), EXEC, "a machine ID must be specified when not running interactively"),
    ],
)
def test_nothing_else_is_run_on_this_computer(
    fly: Fly, tmp_path: Path, words: tuple[str, ...], token: str, said: str
) -> None:
    done = fly("machine", "exec", *words, "-a", APP, "-j", token=token)
    assert (done.returncode, done.stdout) == (1, "")
    assert said in done.stderr
    assert not (tmp_path / "harm").exists()


@pytest.fixture
def registry() -> Iterator[Callable[..., tuple[int, bytes]]]:
    """Ask a registry for a manifest."""
    started: list[RegistryApi] = []

    def ask(reference: str, token: str = TOKEN, plan: Registry | None = None) -> tuple[int, bytes]:
        api = RegistryApi(replace(Platform(), registry=plan or Registry()), APP, TOKEN)
        started.append(api)
        api.answer()
        pair = base64.b64encode(f"x:{token}".encode()).decode()
        request = urllib.request.Request(f"{api.url}/v2/{APP}/manifests/{reference}")
        request.add_header("Authorization", f"Basic {pair}")
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    yield ask
    for api in started:
        api.shutdown()
        api.server_close()


def test_the_registry_has_what_the_machines_run_by_tag_and_digest(registry: Callable[..., tuple[int, bytes]]) -> None:
    index = images.index(CURRENT_IMAGE, Registry().megabytes)
    assert registry(CURRENT_IMAGE) == registry(images.digest(index)) == (200, index)
    runs = json.loads(index)["manifests"][1]["digest"]
    assert images.digest(registry(runs)[1]) == runs


def test_the_registry_refuses_and_knows_no_other_image(registry: Callable[..., tuple[int, bytes]]) -> None:
    assert registry(CURRENT_IMAGE, token="fm2_old")[0] == 401
    assert registry("other")[0] == 404
    assert registry(CURRENT_IMAGE, plan=Registry(answers="nothing found"))[0] == 404
