"""What the commands about the platform say when the platform does not do it, or not wholly."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ops_tests.clients.acting.fly import ActingFly
from ops_tests.errors import NotPermitted
from ops_tests.permit import grant
from ops_tests.sandbox.fly import keeping
from ops_tests.target import Target
from ops_tests.target_file import load_target
from ops_tests.tools import rollback
from tests.tools.platform.live import APP, CURRENT, DO, ONE, TWO, Live


def test_a_machine_that_stays_ill_ends_the_restart_before_the_next(live: Live) -> None:
    live.change(lambda state: state["acting"].update(habit="unhealthy"))
    said = live.type("restart", *DO)
    assert (said.status, f"fly machine restart {ONE}" in said.error) == (1, True), said
    assert "failed to wait for health checks to pass" in said.error
    assert said.lines[1] == f"  {ONE} started in fra, 0 of 1 checks passing, 1024 MB"
    assert said.lines[-1].startswith(f"next: fly logs -a {APP} --no-tail")
    assert live.machines()[TWO]["events"][1]["type"] == "launch"


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("words", [("restart",), ("scale-memory", "2048"), ("rollback",)], ids=" ".join)
def test_a_token_that_may_not_act_is_told_with_the_one_that_may(
    live: Live, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("FLY_ACTS_TOKEN", live.sandbox.environment["FLY_API_TOKEN"])
    said = live.type(*words, *DO)
    assert said.status == 3, said
    assert "expected the token in FLY_ACTS_TOKEN to be allowed to" in said.error
    assert f"Next: fly tokens create deploy -a {APP}" in said.error


def test_a_deployment_that_lies_is_found_out(live: Live) -> None:
    live.change(lambda state: state["acting"].update(habit="lies"))
    said = live.type("rollback", *DO)
    assert said.status == 1, said
    assert "fly called it a success (exit 0); seen: " in said.error
    assert f"machine {ONE} runs registry.fly.io/{APP}:{CURRENT}" in said.error


def test_a_deployment_that_fails_is_told_with_what_runs_now(live: Live) -> None:
    live.change(lambda state: state["acting"].update(habit="unhealthy"))
    said = live.type("rollback", *DO)
    assert said.status == 1, said
    assert "failed to wait for health checks to pass" in said.error
    assert "release v43 is failed" in said.error
    assert f"machine {TWO} runs registry.fly.io/{APP}:{CURRENT}" in said.error


def test_an_interrupted_rollback_says_what_is_there(
    live: Live, eventually: Callable[[Callable[[], bool]], bool]
) -> None:
    argv = [sys.executable, "-m", "ops_tests", "rollback", "--target", str(live.file), *DO]
    process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert eventually(lambda: keeping.read(live.state)["machines"][0]["state"] == "stopped")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[:2]) == (1, ["interrupted; what was begun may go on", "now:"]), err
    assert "Traceback" not in err
    assert keeping.read(live.state)["releases"][0]["Status"] == "interrupted"
    assert live.machines()[TWO]["image_ref"]["tag"] == CURRENT


def test_health_that_does_not_come_back_after_a_rollback_is_told(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "HEALTH_SECONDS", 0.1)
    live.rewrite(r'^path = "/health"$', 'path = "/nowhere"')
    said = live.type("rollback", *DO)
    assert (said.status, "/nowhere: 404; expected 200" in said.error) == (1, True), said


def test_a_permit_for_another_target_opens_nothing(live: Live) -> None:
    ours = load_target(live.file, live.sandbox.environment)
    other = Target.model_validate({"name": "other", "base_url": "http://127.0.0.1:9", "acts": True})
    permit = grant(other.placed(Path("other.toml"), {}), ["other"], "run")
    with pytest.raises(NotPermitted, match="the permit is for other, not for sandbox-live"):
        ActingFly(ours, permit)
