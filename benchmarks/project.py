"""A user's project to measure in: what the how-to has for a project of one's own, and nothing of this repository."""

from __future__ import annotations

from pathlib import Path

_INI = """[pytest]
strict = true
addopts = --pyargs
testpaths = {testpaths}
ops_checks = checks
timeout = 450
timeout_method = signal
"""


def new_project(folder: Path, testpaths: str = "ops_tests.checks") -> Path:
    """Make a folder such a project.

    Args:
        folder: An empty one.
        testpaths: Where the checks are: the suite's own, or ``checks`` for those of the project.
    """
    (folder / "checks").mkdir()
    (folder / "pytest.ini").write_text(_INI.format(testpaths=testpaths), encoding="utf-8")
    return folder
