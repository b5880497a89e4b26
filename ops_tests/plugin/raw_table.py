"""pytest-html's own table is kept for what our page has no place for: output, tracebacks, tests that are no checks."""

from __future__ import annotations

from typing import Any

import pytest


class RawTable:
    """Leaves rows out of pytest-html's table; its script draws all of them as the page opens, hidden or not."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a test of which any phase says more than its record; pytest-html makes the rows after the last phase."""
        broke = report.longrepr is not None and not isinstance(report.longrepr, str | tuple)
        if broke or report.sections or getattr(report, "extras", None) or not getattr(report, "ops_check", False):
            self._kept.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_html_results_table_row(self, report: pytest.TestReport | pytest.CollectReport, cells: list[Any]) -> None:
        """Take out all cells, which takes out the row."""
        if isinstance(report, pytest.TestReport) and report.nodeid not in self._kept:
            cells.clear()
