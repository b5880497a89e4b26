"""Two runs at once on one target, as processes: those that observe share it, one that acts has it alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.plugin.conftest import SECONDS, Eventually, Project

MEET = """
import os, pathlib, time

def meet(me):
    pathlib.Path(f"begun-{me}").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.02)
"""
ACT = "from meet import meet\n\n@pytest.mark.acts\ndef test_act(target, permit):\n    meet('acting')\n"
LOOK = "from meet import meet\n\ndef test_look(target):\n    meet(__import__('os').environ['WHO'])\n"


@pytest.fixture
def meeting(project: Project) -> Project:
    """A project whose checks wait in the middle until the file ``go`` is there."""
    project.write("meet.py", MEET)
    project.write("conftest.py", "import sys, pathlib\nsys.path.insert(0, str(pathlib.Path(__file__).parent))\n")
    project.checks(ACT, "act")
    project.checks(LOOK, "look")
    project.target(more="acts = true")
    return project


def begin(project: Project, who: str, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a run on the shop; what it prints is in the file ``WHO.txt``."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--target", "shop.toml", *arguments]
    with (project.folder / f"{who}.txt").open("wb") as output:
        environ = os.environ | {"WHO": who}
        return subprocess.Popen(command, cwd=project.folder, env=environ, stdout=output, stderr=subprocess.STDOUT)


def told(project: Project, who: str) -> str:
    """What a run has printed so far."""
    return (project.folder / f"{who}.txt").read_text(encoding="utf-8")


def begun(project: Project, who: str) -> Path:
    """The file that is there once the run's check has begun."""
    return project.folder / f"begun-{who}"


def test_two_runs_that_observe_are_in_the_middle_at_the_same_time(meeting: Project, eventually: Eventually) -> None:
    first, second = (begin(meeting, who, "test_look.py") for who in ("first", "second"))
    eventually(lambda: begun(meeting, "first").exists() and begun(meeting, "second").exists())
    (meeting.folder / "go").touch()
    assert [run.wait(SECONDS) for run in (first, second)] == [0, 0]


def test_the_second_waits_until_the_one_that_acts_has_ended(meeting: Project, eventually: Eventually) -> None:
    acting = begin(meeting, "acting", "test_act.py", "--permit", "shop")
    eventually(begun(meeting, "acting").exists)
    second = begin(meeting, "second", "test_look.py")
    eventually(lambda: f"waiting for the run of pid {acting.pid} since " in told(meeting, "second"))
    assert not begun(meeting, "second").exists()
    (meeting.folder / "go").touch()
    assert [run.wait(SECONDS) for run in (acting, second)] == [0, 0]


def test_a_second_that_would_act_is_refused_and_told_who_acts(meeting: Project, eventually: Eventually) -> None:
    acting = begin(meeting, "acting", "test_act.py", "--permit", "shop")
    eventually(begun(meeting, "acting").exists)
    assert begin(meeting, "second", "test_act.py", "--permit", "shop").wait(SECONDS) == 4
    assert f"the run of pid {acting.pid} since " in told(meeting, "second")
    (meeting.folder / "go").touch()
    assert acting.wait(SECONDS) == 0


def test_one_that_is_killed_while_it_acts_is_waited_for_no_longer(meeting: Project, eventually: Eventually) -> None:
    acting = begin(meeting, "acting", "test_act.py", "--permit", "shop")
    eventually(begun(meeting, "acting").exists)
    second = begin(meeting, "second", "test_look.py")
    eventually(lambda: "waiting for " in told(meeting, "second"))
    acting.kill()
    acting.wait(SECONDS)
    eventually(begun(meeting, "second").exists)
    (meeting.folder / "go").touch()
    assert second.wait(SECONDS) == 0
