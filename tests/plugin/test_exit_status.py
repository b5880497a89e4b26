"""The exit status says what an operator has to do, in one process and in two workers alike."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.plugin.conftest import IN_BOTH_WAYS, Eventually, Project


@dataclass(frozen=True)
class Case:
    """A project and what its run must come to."""

    status: int
    source: str
    outcomes: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    conftest: str = ""


OK = """
def test_open(target):
    pass
"""
FINDING = """
def test_shut(target):
    assert target is None, "the shop is shut; expected it open"
"""
BLIND = """
def test_dark(target):
    raise OSError("the lamp is out")
"""
EVERY_WAY_TO_BE_BLIND = """
import time
import helper
from ops_tests.errors import NotAuthorised

@pytest.fixture
def lamp(target):
    raise OSError("the lamp is out")

@pytest.fixture
def claim(target):
    assert target is None, "a fixture claims nothing"

@pytest.fixture
def leaking(target):
    yield
    raise OSError("the lamp went out afterwards")

def test_helper_asserts(target):
    helper.demand(target)

def test_library_asserts(target):
    import unittest.mock
    unittest.mock.Mock().assert_called()

def test_fixture_raises(lamp):
    pass

def test_fixture_asserts(claim):
    pass

def test_teardown_raises(leaking):
    pass

def test_raises(target):
    raise OSError("the lamp is out")

def test_refused(target):
    raise NotAuthorised("the token is refused")

def test_gives_up(target):
    pytest.fail("no idea")

@pytest.mark.timeout(0.3)
def test_never_ends(target):
    time.sleep(60)

@pytest.mark.xfail
def test_passes_unexpectedly(target):
    pass
"""
BLIND_NAMES = tuple(
    line.removeprefix("def test_").partition("(")[0]
    for line in EVERY_WAY_TO_BE_BLIND.splitlines()
    if line.startswith("def test_")
)

CASES = {
    "ok and note are 0": Case(
        0,
        OK + "def test_near(target, note):\n    note('near the limit')\n",
        {"shop/open": "ok", "shop/near": "note"},
    ),
    "a failed assert in the check is 1": Case(1, OK + FINDING, {"shop/open": "ok", "shop/shut": "finding"}),
    "whatever else fails is blind and 10": Case(
        10, OK + EVERY_WAY_TO_BE_BLIND, {"shop/open": "ok", **{f"shop/{name}": "blind" for name in BLIND_NAMES}}
    ),
    "a finding beside a blind check is 1": Case(1, FINDING + BLIND, {"shop/shut": "finding", "shop/dark": "blind"}),
    "a finding whose teardown fails stays a finding": Case(
        1,
        "@pytest.fixture\ndef leak():\n    yield\n    raise OSError\n" + FINDING.replace("(target)", "(target, leak)"),
        {"shop/shut": "finding"},
    ),
    "everything skipped is 5": Case(
        5,
        "def test_open(target):\n    pytest.skip('not today')\n",
        {"shop/open": "not applicable"},
    ),
    "nothing selected is 5": Case(5, OK, arguments=("-k", "nothing_of_that_name")),
    "a file that cannot be collected is 2": Case(2, OK + "import no_such_module\n"),
    "an unknown mark is 2": Case(2, "@pytest.mark.dayly" + OK),
    "a target nobody knows is 4": Case(4, OK, arguments=("--target", "shopp")),
    "an unknown option is 4": Case(4, OK, arguments=("--tarrget", "shop")),
    "stopping at the first finding is 1": Case(1, FINDING + OK, arguments=("-x",)),
    "stopping at the first blind check is 10": Case(10, BLIND + OK, arguments=("-x",)),
    "stopping after two failures is 1": Case(
        1, BLIND + FINDING + "def test_shut_too(target):\n    assert not target, 'shut'\n", arguments=("--maxfail=2",)
    ),
    "an internal error around a check is 3": Case(
        3, FINDING, conftest="def pytest_runtest_protocol(item):\n    raise OSError('broken plugin')\n"
    ),
    "an internal error at the end is 3": Case(
        3,
        OK,
        conftest="def pytest_sessionfinish(session):\n    raise OSError('broken plugin')\n",
    ),
    "a check that vanished on the way is 3": Case(
        3,
        OK + "def test_lost(target):\n    pass\n",
        conftest="def pytest_runtest_protocol(item):\n    return True if 'lost' in item.name else None\n",
    ),
}


def _spread() -> Iterator[Any]:
    for name, case in CASES.items():
        yield pytest.param(case, "0", id=f"{name}, in one process")
        yield pytest.param(case, "2", id=f"{name}, in two workers", marks=pytest.mark.long)


@pytest.mark.parametrize(("case", "workers"), list(_spread()))
def test_the_status_tells(case: Case, workers: str, project: Project) -> None:
    project.checks(case.source)
    project.write("conftest.py", case.conftest)
    project.write("helper.py", "def demand(target):\n    assert target is None, 'a helper claims nothing'\n")
    result = project.run_on_shop("-n", workers, *case.arguments)
    assert result.ret == case.status
    assert case.status == 4 or project.record().exit_status == case.status
    assert case.status == 4 or case.outcomes.items() <= project.outcomes().items()


@IN_BOTH_WAYS
def test_a_failing_test_that_is_no_check_is_1_and_no_verdict_calls_it_well(workers: str, project: Project) -> None:
    project.checks(OK)
    project.write("test_plain.py", "def test_plain():\n    assert not 'plain'\n")
    assert project.run_on_shop("-n", workers).ret == 1
    assert project.record().verdict.startswith("FAILED on shop: a test that is no check failed")


@IN_BOTH_WAYS
def test_ctrl_c_is_2(workers: str, project: Project, eventually: Eventually) -> None:
    project.checks("""
        import pathlib, time

        def test_long(target):
            pathlib.Path("begun").touch()
            time.sleep(60)
    """)
    command = [sys.executable, "-m", "pytest", "--target", project.target(), "-n", workers]
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        eventually((project.folder / "begun").exists)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(20) == 2
    assert project.record().verdict.startswith("INTERRUPTED on shop")


def test_a_check_whose_worker_died_is_blind_and_named(project: Project) -> None:
    project.checks("def test_kill(target):\n    __import__('os')._exit(7)\n" + OK)
    result = project.run_on_shop("-n", "2")
    assert result.ret == 10
    assert project.outcomes() == {"shop/open": "ok", "shop/kill": "blind"}
    assert result.stdout.str().count("node down") == 1
    assert "the worker process died" in project.check("shop/kill").sentence


def test_a_run_that_breaks_at_its_end_replaces_the_green_report_before_it(project: Project) -> None:
    project.checks(OK)
    project.run_on_shop()
    project.write("conftest.py", "def pytest_sessionfinish(session):\n    raise OSError('broken plugin')\n")
    project.run_on_shop()
    assert project.record().verdict.startswith("BROKEN: this run on shop proves nothing")
    assert "broken plugin" in (project.reports / "latest.html").read_text(encoding="utf-8")


def test_sigterm_ends_a_run_as_ctrl_c_does_and_the_report_says_so(project: Project, eventually: Eventually) -> None:
    project.checks("""
        import pathlib, time
        def test_long(target):
            pathlib.Path("begun").touch()
            time.sleep(60)
    """)
    command = [sys.executable, "-m", "pytest", "--target", project.target()]
    with subprocess.Popen(command, cwd=project.folder, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        eventually((project.folder / "begun").exists)
        process.terminate()
        assert process.wait(20) == 2
    assert project.record().verdict.startswith("INTERRUPTED on shop")
    assert 'type="exit status 2"' in (project.reports / "latest.xml").read_text(encoding="utf-8")


def test_a_misspelt_suite_is_told_which_suites_there_are(project: Project) -> None:
    project.checks(OK)
    result = project.run_on_shop("-m", "dialy")
    assert result.ret == 5
    assert "no check is selected by -m 'dialy'; the suites are smoke, daily" in project.record().verdict
