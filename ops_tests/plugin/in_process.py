"""A suite run inside this process, for a command that wants the record and not what pytest prints."""

from __future__ import annotations

import io
from collections.abc import Generator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import UsageProblem
from ops_tests.plugin.options import CHECKS
from ops_tests.plugin.reaching import checks_reached
from ops_tests.plugin.state import run_of

if TYPE_CHECKING:
    from ops_tests.records.run import RunRecord


@dataclass(eq=False)  # pytest keeps its plugins in sets
class Ended:
    """What a run came to.

    Attributes:
        record: The run record, or None where the run came to none.
        folder: The project's folder.
        status: pytest's exit status.
        patience_seconds: For a look by hand, how long each observation is waited for; nobody is alerted then.
        complaints: What is to be known of the run itself.
    """

    record: RunRecord | None = None
    folder: Path = Path()
    status: int = 0
    patience_seconds: float | None = None
    complaints: tuple[str, ...] = ()

    @pytest.hookimpl(tryfirst=True)
    def pytest_cmdline_main(self, config: pytest.Config) -> None:
        """Where the project names no checks, look with those of the suite."""
        if not checks_reached(config):
            config.args[:] = [str(CHECKS)]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Say how patient the run is, before anything is asked."""
        run = run_of(session.config)
        if run is not None:
            run.patience_seconds = self.patience_seconds

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Keep the record once it is complete."""
        yield
        run = run_of(session.config)
        self.record, self.folder = run.final if run else None, session.config.rootpath
        self.complaints = tuple(run.complaints) if run else ()


def run_quietly(marks: str, *arguments: str, patience_seconds: float | None = None) -> Ended:
    """Run checks and print nothing.

    Args:
        marks: A suite, or an expression of several, by which the history then calls the run.
        arguments: What else pytest is told.
        patience_seconds: For a look by hand, how long each observation is waited for; nobody is alerted then.

    Raises:
        UsageProblem: The run could not begin; the message is pytest's.
    """
    ended, printed = Ended(patience_seconds=patience_seconds), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        ended.status = int(pytest.main(["-q", "-m", marks, "-p", "no:cacheprovider", *arguments], plugins=[ended]))
    if ended.status == int(pytest.ExitCode.USAGE_ERROR):
        said = printed.getvalue()
        raise UsageProblem((said.partition("ERROR: ")[2] or said).strip())
    return ended
