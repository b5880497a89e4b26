"""Prints, behind a run that has ended other runs at random moments, how many and what they left."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

Told = Callable[[str], None]
"""Takes the line to print."""
_PROPERTY = "kills"


@pytest.fixture
def kills_told(record_property: Callable[[str, object], None]) -> Told:
    """Have a line printed when all is done, whatever becomes of the test."""
    return lambda line: record_property(_PROPERTY, line)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Print the lines behind everything else; the workers of xdist print nothing."""
    yield
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and report.when == "call":
                for line in (value for name, value in report.user_properties if name == _PROPERTY):
                    reporter.write_line(str(line))
