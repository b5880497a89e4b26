"""Under xdist one target's checks stay together in one worker: they share observations, and each fact is fetched once.

Workers are for many targets, not for hiding latency: within a target the observations already run side by side. The
group is read from the test id instead of being written into it, because history is kept by id.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pytest

from ops_tests.plugin.state import run_of


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Group checks by target; leave other sessions to xdist."""
    run = run_of(config)
    if run is None:
        return None
    from xdist.scheduler import LoadScopeScheduling

    targets = run.targets
    nodeids: dict[str, str] = {}

    class ByTarget(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
        """One scope per target; a check that killed its worker is not tried on the next one.

        xdist's scope is what stands before the last ``::``, so the checks get names here that begin with their target.
        """

        def add_node_collection(self, node: Any, collection: Sequence[str]) -> None:
            names = {f"{scope_of(nodeid, targets)}::{nodeid.replace('::', ' ')}": nodeid for nodeid in collection}
            nodeids.update(names)
            super().add_node_collection(node, list(names))

        def remove_node(self, node: Any) -> str | None:
            work = self.assigned_work.get(node, {})
            killer = _first_unfinished(work)
            for unit in work.values():
                unit.update(dict.fromkeys(killer & unit.keys(), True))
            super().remove_node(node)
            return next((nodeids[name] for name in killer), None)

    return ByTarget(config, log)


def _first_unfinished(workload: Mapping[str, Mapping[str, bool]]) -> set[str]:
    """The check a worker was at when it died: the first that is not marked as done."""
    return set([name for unit in workload.values() for name, done in unit.items() if not done][:1])


def scope_of(nodeid: str, targets: Collection[str]) -> str:
    """The target an id bears: ``...::test_x[a-app/uninstalled]`` or ``...::test_x[a]``; "" with a single target.

    The longest name that fits wins, since ``shop`` and ``shop-staging`` may both be targets.
    """
    parameters = nodeid.partition("[")[2]
    ends = [end.start() for end in re.finditer(r"[-\]]", parameters)]
    return next((parameters[:end] for end in reversed(ends) if parameters[:end] in targets), "")
