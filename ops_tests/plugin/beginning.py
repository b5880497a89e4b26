"""Which observations the selected checks ask for; those of a target begin together, before its first check runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from ops_tests.plugin.applicable import fixture_names, item_target
from ops_tests.plugin.gather import gatherer_of
from ops_tests.plugin.guards import refusal
from ops_tests.plugin.recording import is_check
from ops_tests.plugin.state import Run, is_worker, run_of

AT_ONCE = 4
"""Targets that one process looks at side by side. With a hundred at once a process measures its own threads: on two
cores databases seemed to take 2 s to answer. One that hangs takes one of these places."""


@dataclass
class _Ahead:
    """What is still to begin: by target, in the order of their checks, the fixtures that its checks ask for."""

    wanted: dict[str, dict[str, None]]
    met: set[str] = field(default_factory=set)

    def begin(self, run: Run, target: str) -> None:
        names = self.wanted.pop(target, None)
        if names:
            gatherer_of(run).want(run.targets[target], names)

    def begin_next(self, run: Run, at_most: int) -> None:
        for target in list(self.wanted)[:at_most]:
            self.begin(run, target)


_AHEAD = pytest.StashKey[_Ahead]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Begin with the first targets; in an xdist worker with none, since the controller says which are checked there."""
    run = run_of(session.config)
    if run is not None:
        ahead = session.config.stash[_AHEAD] = _Ahead(_wanted(run, session.items))
        if not is_worker(session.config):
            ahead.begin_next(run, AT_ONCE)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> None:
    """With the first check of a target begin its observations, unless that was done, and those of one more."""
    run = run_of(item.config)
    if run is None or not is_check(item):
        return
    ahead, target = item.config.stash[_AHEAD], item_target(item, run).name
    if target not in ahead.met:
        ahead.met.add(target)
        ahead.begin(run, target)
        ahead.begin_next(run, 0 if is_worker(item.config) else 1)


def _wanted(run: Run, items: Iterable[pytest.Item]) -> dict[str, dict[str, None]]:
    names: dict[str, dict[str, None]] = {}
    for item in items:
        if is_check(item) and not refusal(item):
            names.setdefault(item_target(item, run).name, {}).update(dict.fromkeys(fixture_names(item)))
    return names
