"""Which observations the selected checks ask for; they begin before the first check runs."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ops_tests.plugin.applicable import fixture_names, item_target
from ops_tests.plugin.gather import gatherer_of
from ops_tests.plugin.guards import refusal
from ops_tests.plugin.recording import is_check
from ops_tests.plugin.state import Run, is_worker, run_of


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Start the observations of all selected checks at once, before the first check runs."""
    run = run_of(session.config)
    if run is not None and not is_worker(session.config):
        _want_all(run, session.items)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """In an xdist worker: start the observations of a target with its first check here."""
    run = run_of(item.config)
    if run is None or not is_worker(item.config) or not is_check(item):
        return
    target = item_target(item, run)
    if not gatherer_of(run).begun(target):
        _want_all(run, [one for one in item.session.items if is_check(one) and item_target(one, run) is target])


def _want_all(run: Run, items: Iterable[pytest.Item]) -> None:
    names: dict[str, dict[str, None]] = {target: {} for target in run.targets}
    for item in items:
        if is_check(item) and not refusal(item):
            names[item_target(item, run).name].update(dict.fromkeys(fixture_names(item)))
    for name, wanted in names.items():
        if wanted:
            gatherer_of(run).want(run.targets[name], wanted)
