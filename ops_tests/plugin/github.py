"""In a job of GitHub Actions: the run in the job's summary and as annotations, beside the files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops_tests.plugin.history.figures import drill_lines
from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.rules.github import summary, workflow_commands
from ops_tests.target import read_environ

if TYPE_CHECKING:
    from ops_tests.plugin.state import Run


def tell(config: pytest.Config, run: Run) -> list[str]:
    """Append to the job's summary; return the annotations, which are lines of the job's log. Nothing elsewhere."""
    environ = read_environ(config.rootpath)
    if run.final is None or environ.get("GITHUB_ACTIONS") != "true":
        return []
    if file := environ.get("GITHUB_STEP_SUMMARY"):
        try:
            with Path(file).open("a", encoding="utf-8") as written:
                written.write(
                    redactor_of(config, run).text(summary(run.final, drill_lines(config.rootpath, run.final)))
                )
        except OSError as error:
            run.complaints.append(f"the job's summary could not be written: {error}")
    return workflow_commands(run.final)
