"""Reports are put in place whole, and what a killed run had half made is swept."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from tests.plugin.conftest import Project

OK = "def test_open(target):\n    pass\n"


def half_made(project: Project) -> Path:
    """The hidden folder of another run, with half a report in it."""
    folder = project.reports / ".making-20260101T000000000000Z-all"
    folder.mkdir(parents=True)
    (folder / "latest.copy").write_text("<html", encoding="utf-8")
    return folder


def test_what_a_killed_run_had_half_made_is_swept(project: Project) -> None:
    left = half_made(project)
    project.checks(OK)
    assert project.run_on_shop().ret == 0
    assert not left.exists()


def test_what_another_run_is_making_is_left_alone(project: Project) -> None:
    made = half_made(project)
    held = os.open(made, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    project.checks(OK)
    assert project.run_on_shop().ret == 0
    os.close(held)
    assert made.exists()


def test_a_run_leaves_nothing_hidden_but_its_lock(project: Project) -> None:
    project.checks(OK)
    project.run_on_shop()
    assert [path.name for path in project.reports.glob(".*")] == [".shop.lock"]


def test_the_report_is_whole_and_only_the_last_line_names_it(project: Project) -> None:
    project.checks(OK)
    (line,) = [line for line in project.run_on_shop().outlines if ".html" in line]
    named = Path(line.partition(" -> ")[2])
    assert named.read_text(encoding="utf-8").rstrip().endswith("</html>")


def test_a_report_that_somebody_else_named_is_left_to_pytest_html(project: Project) -> None:
    project.checks(OK)
    lines = project.run_on_shop("--html=own.html").outlines
    assert any("Generated html report: " in line and line.rstrip(" -").endswith("own.html") for line in lines)


def test_a_signal_after_the_last_check_does_not_disturb_the_ending(project: Project) -> None:
    project.checks(OK)
    project.write(
        "conftest.py",
        """
        import os, signal
        def pytest_sessionfinish():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGTERM)
        """,
    )
    assert project.run("--target", project.target()).ret == 0
    assert project.record().exit_status == 0


@pytest.mark.parametrize("where", ["exec('raise KeyboardInterrupt')", "raise KeyboardInterrupt"])
def test_an_interrupt_in_text_that_is_executed_is_2_as_well(project: Project, where: str) -> None:
    project.checks(f"def test_open(target):\n    {where}\n")
    assert project.run("--target", project.target()).ret == 2
