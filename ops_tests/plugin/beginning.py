"""What the selected checks ask for: it begins together before a target's first check, and is let go after its last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field

import pytest

from ops_tests.plugin.applicable import fixture_names, item_target
from ops_tests.plugin.gather import gatherer_of
from ops_tests.plugin.guards import refusal
from ops_tests.plugin.jotter import is_check
from ops_tests.plugin.state import Run, is_worker, run_of

AT_ONCE = 4
"""Targets that one process looks at side by side. With a hundred at once a process measures its own threads: on two
cores databases seemed to take 2 s to answer. One that hangs takes one of these places."""


@dataclass
class _Ahead:
    """What is still to begin and to end.

    Attributes:
        wanted: By target, in the order of their checks, the fixtures that its checks ask for.
        left: By target, how many of its checks have not ended.
        met: The targets of which a check has begun.
    """

    wanted: dict[str, dict[str, None]]
    left: Counter[str]
    met: set[str] = field(default_factory=set)

    def begin(self, run: Run, target: str) -> None:
        names = self.wanted.pop(target, None)
        if names:
            gatherer_of(run).want(run.targets[target], names)

    def end(self, run: Run, target: str) -> None:
        self.left[target] -= 1
        if not self.left[target]:
            gatherer_of(run).let_go(target)

    def begin_next(self, run: Run, at_most: int) -> None:
        for target in list(self.wanted)[:at_most]:
            self.begin(run, target)


_AHEAD = pytest.StashKey[_Ahead]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Begin with the first targets; in an xdist worker with none, since the controller says which are checked there."""
    run = run_of(session.config)
    if run is not None:
        checks = [item for item in session.items if is_check(item)]
        left = Counter(item_target(item, run).name for item in checks)
        ahead = session.config.stash[_AHEAD] = _Ahead(_wanted(run, checks), left)
        if not is_worker(session.config):
            ahead.begin_next(run, AT_ONCE)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """With the first check of a target begin its observations, unless that was done, and those of one more.

    With its last check let them go.
    """
    run = run_of(item.config)
    if run is None or not is_check(item):
        return (yield)
    ahead, target = item.config.stash[_AHEAD], item_target(item, run).name
    if target not in ahead.met:
        ahead.met.add(target)
        ahead.begin(run, target)
        ahead.begin_next(run, 0 if is_worker(item.config) else 1)
    try:
        return (yield)
    finally:
        ahead.end(run, target)


def _wanted(run: Run, checks: Iterable[pytest.Item]) -> dict[str, dict[str, None]]:
    names: dict[str, dict[str, None]] = {}
    for item in checks:
        if not refusal(item):
            names.setdefault(item_target(item, run).name, {}).update(dict.fromkeys(fixture_names(item)))
    return names
