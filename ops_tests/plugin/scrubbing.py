"""Where secrets are scrubbed first: at the source, before anything is written.

The source is the report that pytest makes of each phase: everything a reporter can print of a check goes through it,
xdist or not. Warnings do not, so they are scrubbed where they are recorded; the ids of tests are `ids.py`'s.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator
from typing import Any

import pytest

from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.plugin.state import run_of

_OF_THE_ITEM = {"nodeid", "location", "keywords", "outcome", "when", "duration", "start", "stop", "ops_check"}
"""What every report says, and a phase that had nothing to say says no more: ids, and pytest's own words and numbers."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin to scrub warnings and internal errors; their hooks are not told the configuration."""
    config.pluginmanager.register(_SaidByPytest(config), "ops_tests.said_by_pytest")


class _SaidByPytest:
    """Scrubs warnings and internal errors before anybody keeps, prints or sends them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(self, warning_message: warnings.WarningMessage) -> None:
        """Put a clean message in place of one that bears a secret."""
        run = run_of(self._config)
        if run is None:
            return
        said = str(warning_message.message)
        clean = redactor_of(self._config, run).text(said)
        if clean != said:
            warning_message.message = Warning(clean)

    @pytest.hookimpl(tryfirst=True)
    def pytest_internalerror(self, excrepr: Any) -> None:
        """Have the traceback of an internal error print itself clean, whoever prints it."""
        run = run_of(self._config)
        if run is not None:
            clean = redactor_of(self._config, run).text(str(excrepr))
            excrepr.toterminal = lambda writer: writer.line(clean)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Scrub each report where it is made; in a worker that is before it travels."""
    report = yield
    run = run_of(item.config)
    if run is None:
        return report
    if not any(said for name, said in vars(report).items() if name not in _OF_THE_ITEM):
        return report
    hook, redactor = item.config.hook, redactor_of(item.config, run)
    if (report.longrepr is None or isinstance(report.longrepr, str)) and redactor.spares(vars(report)):
        return report
    data = hook.pytest_report_to_serializable(config=item.config, report=report)
    if redactor.spares(data):
        return report
    clean: pytest.TestReport = hook.pytest_report_from_serializable(config=item.config, data=redactor.deep(data))
    return clean


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Scrub what collecting has to say."""
    report = yield
    run = run_of(collector.config)
    if run is not None and isinstance(report.longrepr, str):
        report.longrepr = redactor_of(collector.config, run).text(report.longrepr)
    return report
