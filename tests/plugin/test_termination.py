"""A run that is interrupted says so, wherever Python was."""

from __future__ import annotations

import pytest

from tests.plugin.conftest import Project

INTERRUPTED = """
def interrupted():
    raise KeyboardInterrupt

interrupted.__code__ = interrupted.__code__.replace(co_linetable={lines})

def test_long(target):
    interrupted()
"""


@pytest.mark.parametrize("lines", ["interrupted.__code__.co_linetable", "b''"], ids=["in a line", "in no line"])
def test_an_interrupt_is_told_wherever_it_fell(project: Project, lines: str) -> None:
    project.checks(INTERRUPTED.format(lines=lines))
    result = project.run("--target", project.target())
    assert result.ret == 2
    assert "TypeError" not in result.stdout.str() + result.stderr.str()
    assert project.record().verdict.startswith("INTERRUPTED")
