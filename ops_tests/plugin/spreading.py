"""Under xdist one target's checks stay together in one worker: they share observations, and each fact is fetched once.

Workers are for many targets, not for hiding latency: within a target the observations already run side by side. The
group is read from the test id instead of being written into it, because history is kept by id.
"""

from __future__ import annotations

from collections.abc import Iterable
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

    targets = tuple(run.targets)

    class ByTarget(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
        """One scope per target."""

        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid, targets)

    return ByTarget(config, log)


def scope_of(nodeid: str, targets: Iterable[str]) -> str:
    """The target an id bears: ``...::test_x[a-app/uninstalled]`` or ``...::test_x[a]``; "" with a single target.

    The longest name that fits wins, since ``shop`` and ``shop-staging`` may both be targets.
    """
    parameters = nodeid.partition("[")[2]
    fitting = [name for name in targets if parameters.startswith((f"{name}-", f"{name}]"))]
    return max(fitting, key=len, default="")
