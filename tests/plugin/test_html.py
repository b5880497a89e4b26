"""The HTML file around the page: its title, and what stands there when the page could not be made."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from tests.plugin.conftest import Project

OPEN = "def test_open(target):\n    pass\n"
NO_INK = """
import ops_tests.plugin.html as html

def no_ink(*_):
    raise ValueError("no ink")

html.page = no_ink
"""


def document(project: Project) -> str:
    return (project.reports / "latest.html").read_text(encoding="utf-8")


def test_the_window_bears_the_verdict(project: Project) -> None:
    project.checks(OPEN)
    project.run_on_shop()
    assert '<title id="head-title">OK on shop (all)</title>' in document(project)


@pytest.mark.parametrize(("source", "status"), [(OPEN, 0), ("def test_open(target):\n    assert False, 'shut'\n", 1)])
def test_a_page_that_cannot_be_made_is_said_and_changes_no_status(project: Project, source: str, status: int) -> None:
    project.checks(source)
    project.write("conftest.py", NO_INK)
    result = project.run("--target", project.target())
    assert result.ret == status
    assert "the HTML report holds the verdict only: ValueError: no ink" in result.outlines
    assert f"<h1>{project.record().verdict}</h1>" in document(project)


def test_a_history_that_cannot_be_reached_leaves_the_page_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.checks(OPEN)
    monkeypatch.setenv("OPS_HISTORY_URL", "mysql://elsewhere")
    assert project.run("--target", project.target()).ret == 0
    assert "What changed cannot be told: OPS_HISTORY_URL is no URL like" in document(project)


def test_the_table_of_pytest_has_what_printed_or_broke_and_what_is_no_check(project: Project) -> None:
    project.checks(
        "def test_quiet(target):\n    pass\n"
        "def test_red(target):\n    assert False, 'shut'\n"
        "def test_printing(target):\n    print('heard')\n"
        "def test_broken(target):\n    raise KeyError('lost')\n"
        "@pytest.fixture\ndef loud():\n    yield\n    print('gone')\n"
        "def test_loud_at_the_end(target, loud):\n    pass\n"
    )
    project.write("test_plain.py", "def test_plain():\n    pass\n")
    project.run_on_shop()
    blob = re.search(r'data-jsonblob="([^"]*)"', document(project))
    assert blob is not None
    rows = json.loads(unescape(blob[1]))["tests"]
    assert {re.sub(r".*::|\[.*", "", name) for name in rows} == {
        "test_printing", "test_broken", "test_loud_at_the_end", "test_plain"
    }  # fmt: skip
    assert "gone" in str(rows)
