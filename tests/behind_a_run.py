"""What tests have told by a property, printed behind everything else of a run."""

from __future__ import annotations

from collections.abc import Iterator

import pytest


def told(session: pytest.Session, name: str) -> Iterator[tuple[pytest.TestReport, object]]:
    """Each test's report with what it told under a name; nothing on the workers of xdist, which print nothing."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(session.config, "workerinput"):
        return
    for report in (report for reports in reporter.stats.values() for report in reports):
        if isinstance(report, pytest.TestReport) and report.when == "call":
            yield from ((report, value) for key, value in report.user_properties if key == name)


def print_line(session: pytest.Session, line: str) -> None:
    """Print a line."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    reporter.write_line(line)
