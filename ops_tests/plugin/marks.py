"""The marks of the suites, so that a project with checks need not list them in its own ini file, strict or not."""

from __future__ import annotations

import re

import pytest

MARKS = {
    "smoke": "is it up right now; cron every 5 minutes, answers within 30 s",
    "daily": "the morning round; cron 06:07 UTC, answers within 2 minutes",
    "weekly": "what drifts slowly; cron on Mondays",
    "monthly": "releases and routine; cron on the 1st",
    "post_deploy": "is the deployment good; CI after every deploy",
    "audit": "the quarterly security and configuration audit, within 1 minute",
    "dr_drill": "the quarterly disaster-recovery drill, within 5 minutes",
    "acts": "changes the system it checks, so it needs --permit TARGET and acts = true in the target file",
    "runbook(anchor)": "the runbook section (file.md#heading) that says what to do when the check is red",
}
"""Each with its sentence, as in this project's own pytest.ini."""


def pytest_configure(config: pytest.Config) -> None:
    """Register those that the project does not list itself."""
    listed = {_name(line) for line in config.getini("markers")}
    for mark, sentence in MARKS.items():
        if _name(mark) not in listed:
            config.addinivalue_line("markers", f"{mark}: {sentence}")


def _name(line: str) -> str:
    return re.split(r"[(:]", line)[0].strip()
