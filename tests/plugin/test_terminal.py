"""The lines in the terminal: plain, short, and at a terminal with what is awaited."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.plugin.conftest import Project
from tests.running import environment

SLOW = """
import time
import ops_tests.plugin.gather as gather

gather.PATIENCE_SECONDS = 0.1

@gather.observation()
def slow_lamp(look):
    time.sleep(0.6)
    return "lit"

def test_lit(slow_lamp, note):
    note("it flickered " + "and flickered " * 20)
"""


def at_a_terminal(project: Project, *arguments: str) -> str:
    """Run as somebody does who watches."""
    reader, writer = os.openpty()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--target", project.target(), *arguments]
    environ = environment(COLUMNS="200", TERM="dumb")
    running = subprocess.Popen(command, cwd=project.folder, stdin=writer, stdout=writer, stderr=writer, env=environ)
    os.close(writer)
    told = b""
    while chunk := _read(reader):
        told += chunk
    running.wait(30)
    os.close(reader)
    return told.decode()


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, 4096)
    except OSError:  # how Linux says that nobody holds the other end any more
        return b""


def test_somebody_who_watches_is_told_what_is_awaited(project: Project) -> None:
    project.checks(SLOW)
    assert "\nwaiting for slow_lamp of shop, at most 430 s" in at_a_terminal(project).replace("\r", "")


def test_a_log_of_cron_has_no_such_line(project: Project) -> None:
    project.checks(SLOW)
    assert "waiting for" not in str(project.run_on_shop().outlines)


def test_a_note_is_shown_shortly_before_the_verdict(project: Project) -> None:
    project.checks(SLOW)
    *_, note, verdict = project.run_on_shop().outlines
    assert note.startswith("note: shop/lit: it flickered and flickered")
    assert note.endswith("...")
    assert len(note) < 130
    assert verdict.startswith("OK on shop: 1 check holds, 1 with a note -> ")


WRONG = """
import pytest
from ops_tests.errors import NotAuthorised

@pytest.fixture
def token(target):
    raise NotAuthorised("the token was refused; expected one that may read. Next: make a new one")

def test_lit(target):
    assert not target, "it is dark; expected light"

def test_open(token):
    pass

def test_full(token):
    pass

def test_broken(target):
    raise OSError("the lamp broke")
"""


def test_what_is_wrong_is_told_once_by_its_cause_and_counted_in_our_words(project: Project) -> None:
    project.checks(WRONG)
    told = project.run_on_shop().outlines
    *_, broken, blind, same, finding, runbook, verdict = told
    assert broken == "blind: shop/broken: OSError: the lamp broke"
    assert blind == "blind: shop/open: the token was refused; expected one that may read. Next: make a new one"
    assert same == "  1 more saw the same: shop/full"
    assert finding == "L1 finding: shop/lit: it is dark; expected light"
    assert (runbook.startswith("next: "), verdict.startswith("FINDING L1 on shop: ")) == (True, True)
    assert sum("the token was refused" in line for line in told) == 1
    assert any(" 1 error, 1 finding, 2 blind in " in line for line in told), (
        "what broke has its traceback, the rest none"
    )
    assert any("raise OSError" in line for line in told)
