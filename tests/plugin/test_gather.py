"""Each fact is fetched once, the slow ones side by side, and one that fails is told where it is missed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from tests.plugin.conftest import IN_BOTH_WAYS, Eventually, Project
from tests.running import environment

COUNTED = """
from ops_tests.plugin.gather import observation

def count(look, name):
    with open("seen", "a") as file:
        file.write(f"{name} of {look.target.name}\\n")
    return name

@observation()
def lamp(look):
    return count(look, "lamp")

@observation()
def door(look):
    return count(look, look.see("lamp") + " and door")

def test_lamp(lamp):
    pass

def test_lamp_again(lamp):
    pass

def test_door(door):
    pass

def test_both(lamp, door):
    pass
"""


def seen(project: Project) -> list[str]:
    """What was observed, in alphabetical order."""
    path = project.folder / "seen"
    return sorted(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else []


@IN_BOTH_WAYS
def test_each_observation_is_made_once_a_target_however_many_ask(project: Project, workers: str) -> None:
    project.checks(COUNTED)
    project.run("--target", project.target("a"), "--target", project.target("b"), "-n", workers)
    assert set(project.outcomes().values()) == {"ok"}
    assert seen(project) == ["lamp and door of a", "lamp and door of b", "lamp of a", "lamp of b"]


def test_only_what_selected_checks_ask_for_is_observed(project: Project) -> None:
    project.checks(COUNTED)
    project.run_on_shop("-k", "lamp")
    assert seen(project) == ["lamp of shop"]


@pytest.mark.parametrize("option", ["--collect-only", "--setup-plan"])
def test_a_listing_observes_nothing(project: Project, option: str) -> None:
    project.checks(COUNTED)
    assert project.run_on_shop(option).ret == 0
    assert seen(project) == []


@IN_BOTH_WAYS
def test_slow_observations_overlap(project: Project, workers: str) -> None:
    project.checks("""
        import threading
        from ops_tests.plugin.gather import observation

        ALL_OF_THEM = threading.Barrier(3, timeout=20)

        @observation()
        def one(look):
            ALL_OF_THEM.wait()

        @observation()
        def two(look):
            ALL_OF_THEM.wait()

        @observation()
        def three(look):
            ALL_OF_THEM.wait()

        def test_one(one):
            pass

        def test_two(two):
            pass

        def test_three(three):
            pass
    """)
    assert project.run_on_shop("-n", workers).ret == 0


@IN_BOTH_WAYS
def test_a_failing_observation_fails_exactly_its_dependents_with_one_sentence(project: Project, workers: str) -> None:
    project.checks("""
        from ops_tests.errors import NotAuthorised
        from ops_tests.plugin.gather import observation

        @observation()
        def lamp(look):
            raise NotAuthorised("the token is refused; expected one that may read")

        def test_lit(lamp):
            pass

        def test_bright(lamp):
            pass

        def test_open(target):
            pass
    """)
    result = project.run_on_shop("-n", workers)
    sentences = {one.check: (one.outcome, one.sentence) for one in project.record().checks}
    refused = ("blind", "the token is refused; expected one that may read")
    assert sentences == {"shop/lit": refused, "shop/bright": refused, "shop/open": ("ok", "")}
    assert "Traceback" not in result.stdout.str()
    assert "gather.py" not in result.stdout.str(), "the sentence says it all, frames are noise"


def test_an_observation_that_breaks_is_blind_and_names_its_error(project: Project) -> None:
    project.checks("""
        from ops_tests.plugin.gather import observation

        @observation()
        def lamp(look):
            return {}["brightness"]

        def test_lit(lamp):
            pass
    """)
    assert project.run_on_shop().ret == 10
    assert project.check("shop/lit").sentence == "KeyError: 'brightness'"


def test_an_observation_that_never_ends_is_blind_in_the_end_and_does_not_hold_up_the_run(project: Project) -> None:
    project.write("conftest.py", "import ops_tests.plugin.gather as gather\n\ngather.DEADLINE_SECONDS = 0.5\n")
    project.checks("""
        import time
        from ops_tests.plugin.gather import observation

        @observation()
        def lamp(look):
            time.sleep(600)

        def test_lit(lamp):
            pass
    """)
    assert project.run("--target", project.target()).ret == 10
    assert project.check("shop/lit").sentence == "the observation 'lamp' of shop did not end within 0.5 s"


def test_a_look_by_hand_waits_only_as_long_as_its_patience(project: Project) -> None:
    project.checks("""
        import time
        from ops_tests.plugin.gather import observation

        @observation()
        def lamp(look):
            time.sleep(600)

        @pytest.mark.smoke
        def test_lit(lamp):
            pass
    """)
    look = "from ops_tests.plugin.in_process import run_quietly\n\nrun_quietly('smoke', patience_seconds=0.5)\n"
    command = [sys.executable, str(project.write("look.py", look))]
    subprocess.run(command, check=True, cwd=project.folder, env=environment(OPS_TARGET=project.target()), timeout=60)
    assert project.check("shop/lit").sentence == "the observation 'lamp' of shop did not end within 0.5 s"


@IN_BOTH_WAYS
def test_ctrl_c_ends_a_hanging_observation_with_its_child_process(
    project: Project, eventually: Eventually, workers: str
) -> None:
    project.checks("""
        import os
        from pathlib import Path
        from ops_tests.clients.command import run
        from ops_tests.plugin.gather import observation

        @observation()
        def lamp(look):
            line = ["sh", "-c", "echo $$ > writing && mv writing child && exec sleep 600"]
            return run(line, environ=dict(os.environ), timeout_seconds=90, cwd=Path.cwd())

        def test_lit(lamp):
            pass
    """)
    command = [sys.executable, "-m", "pytest", "--target", project.target(), "-n", workers]
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        eventually((project.folder / "child").exists)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 2
    child = int((project.folder / "child").read_text(encoding="utf-8"))
    eventually(lambda: not living(child))


def living(process_id: int) -> bool:
    """Whether a process runs."""
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    return True
