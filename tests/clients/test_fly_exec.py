"""Looking inside a machine: the command itself, run for real, and what comes of its answer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ops_tests.clients.fly import Fly
from ops_tests.clients.fly_exec import FlyExec, output, runtime
from ops_tests.errors import Blind, NotAuthorised, Unparsable
from ops_tests.records.runtime import COMMAND, SCRIPT, Mount, Process
from ops_tests.sandbox import fly_inside
from ops_tests.sandbox.scenario import Machine
from ops_tests.sandbox.scenario_machines import Inside
from ops_tests.target import Secret

TOKEN = Secret("FLY_EXEC_TOKEN", "fm2_exec")
WHOLE = "process 7 uid 1000 env production name npm run start\nmount / ext4 ro,relatime\nmount /app/tmp ext4 rw\nend\n"


def looked(folder: Path, plan: Inside) -> str:
    """What the command prints in a machine like this."""
    fly_inside.make(folder, [Machine("m1", inside=plan)])
    script = SCRIPT.replace("/proc", str(folder / "m1"))
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout


def test_the_command_sees_the_application_and_neither_init_nor_kernel(tmp_path: Path) -> None:
    found = runtime("m1", looked(tmp_path, Inside()))
    assert {(one.name, one.uid, one.node_env) for one in found.processes} == {
        ("hallpass", 0, ""),
        ("npm run start", 1000, "production"),
        ("node", 1000, "production"),
    }
    assert Mount("/", "ext4", writable=False) in found.mounts
    assert Mount("/app/tmp", "ext4", writable=True) in found.mounts


def test_the_command_takes_nothing_of_an_environment_but_the_mode(tmp_path: Path) -> None:
    text = looked(tmp_path, Inside(node_env="staging"))
    assert "staging" in text
    assert not [word for word in ("SMTP", "s3cr3t", "FLY_APP_NAME") if word in text]


def test_the_command_reads_this_machine_too_and_changes_nothing_by_its_words() -> None:
    done = subprocess.run(["sh", "-c", SCRIPT], capture_output=True, text=True, check=True)
    if Path("/proc/self").is_dir():
        assert runtime("here", done.stdout).processes
    assert not {">", "rm", "mv", "touch", "tee", "kill"} & set(SCRIPT.split())


def test_the_answer_s_empty_keys_are_left_out() -> None:
    assert output('{\n    "stdout": "a"\n}\n') == "a"
    assert output("{}\n") == ""


def test_the_command_s_own_failure_is_blind_although_fly_ends_well() -> None:
    with pytest.raises(Blind, match="ended with 127 in the machine: sh: tr: not found; expected 0"):
        output(json.dumps({"exit_code": 127, "stderr": "sh: tr: not found\n"}))


@pytest.mark.parametrize("text", ["", "Exit code: 1\n", "[]", '{"stdout": '])
def test_an_answer_that_is_no_object_is_unreadable(text: str) -> None:
    with pytest.raises(Unparsable):
        output(text)


def test_processes_and_mounts_are_read() -> None:
    found = runtime("m1", WHOLE.replace("/app/tmp", r"/app/with\040blank"))
    assert found.processes == (Process(7, 1000, "production", "npm run start"),)
    assert [mount.point for mount in found.mounts] == ["/", "/app/with blank"]


@pytest.mark.parametrize("length", range(len(WHOLE) - 1))
def test_half_an_answer_is_unreadable(length: int) -> None:
    with pytest.raises(Unparsable):
        runtime("m1", WHOLE[: length - 1] if length else "")


@pytest.fixture
def fly(tmp_path: Path) -> Callable[[str], FlyExec]:
    """The client with a fly that writes down its arguments, one a line, and then does what a test says."""

    def fly(does: str) -> FlyExec:
        program = tmp_path / "fly"
        program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" >'{tmp_path}/asked'\n{does}\n", encoding="utf-8")
        program.chmod(0o755)
        return FlyExec(Fly("demo", {"PATH": f"{tmp_path}:/usr/bin:/bin"}, TOKEN), TOKEN, "demo")

    return fly


def test_that_one_command_is_sent_and_no_other(fly: Callable[[str], FlyExec], tmp_path: Path) -> None:
    (tmp_path / "answer").write_text(json.dumps({"stdout": WHOLE}), encoding="utf-8")
    assert fly(f"cat '{tmp_path}/answer'").runtime("m1").machine == "m1"
    asked = (tmp_path / "asked").read_text(encoding="utf-8").splitlines()
    assert asked == ["machine", "exec", "-a", "demo", "--timeout", "15", "m1", COMMAND, "--json"]


@pytest.mark.parametrize("said", ["permission denied: unauthorized", "no access token available. Please login"])
def test_a_refused_token_says_how_to_make_one(fly: Callable[[str], FlyExec], said: str) -> None:
    with pytest.raises(NotAuthorised, match=r"fly tokens create machine-exec -a demo .* then set FLY_EXEC_TOKEN"):
        fly(f"echo 'Error: {said}' >&2; exit 1").runtime("m1")
