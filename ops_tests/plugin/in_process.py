"""A suite run inside this process, for a command that wants the record and not what pytest prints."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops_tests.errors import UsageProblem
from ops_tests.plugin.state import run_of
from ops_tests.records.run import RunRecord


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Ended:
    """What a run came to.

    Attributes:
        record: The run record, or None where the run came to none.
        folder: The project's folder.
        status: pytest's exit status.
    """

    record: RunRecord | None = None
    folder: Path = Path()
    status: int = 0

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Keep the record once it is complete."""
        yield
        run = run_of(session.config)
        self.record, self.folder = run.final if run else None, session.config.rootpath


def run_quietly(suite: str, *arguments: str) -> Ended:
    """Run a suite and print nothing.

    Args:
        suite: Its mark.
        arguments: What else pytest is told.

    Raises:
        UsageProblem: The run could not begin; the message is pytest's.
    """
    ended, printed = Ended(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        ended.status = int(pytest.main(["-q", "-m", suite, "-p", "no:cacheprovider", *arguments], plugins=[ended]))
    if ended.status == int(pytest.ExitCode.USAGE_ERROR):
        raise UsageProblem(printed.getvalue().strip())
    return ended
