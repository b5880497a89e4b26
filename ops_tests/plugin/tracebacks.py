"""No traceback is rendered where nobody sees it: each takes as long as several checks that hold."""

from __future__ import annotations

from copy import copy

import pytest

from ops_tests.plugin.jotter import is_check
from ops_tests.plugin.state import run_of
from ops_tests.plugin.verdicts import is_told_by_its_sentence


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> pytest.TestReport | None:
    """Make the report of a failure whose sentence says it all; ``verdicts`` puts the sentence in."""
    if call.excinfo is None or run_of(item.config) is None or not is_check(item):
        return None
    if not is_told_by_its_sentence(item, call):
        return None
    without = copy(call)
    without.excinfo = None
    report = pytest.TestReport.from_item_and_call(item, without)
    report.outcome, report.longrepr = "failed", str(call.excinfo.value)
    return report
