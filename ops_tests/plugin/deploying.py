"""Whether a deploy is under way: its report says so, and alerts are held until it ends or takes too long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.plugin.gather import gatherer_of
from ops_tests.plugin.state import Run, is_worker, run_of

if TYPE_CHECKING:
    from ops_tests.records.platform import Release
    from ops_tests.target import Target

ASK_SECONDS = 10
"""How long the platform is asked for its releases when a check is red and no check wanted them."""
_SEEN = "ops_deploying"


def look_for_deploys(run: Run, *, ask: bool) -> None:
    """Note the deploy under way of each target, from what was observed.

    Args:
        run: The run.
        ask: Whether the platform may be asked where nobody has, and somebody would be told.
    """
    if ask and (worth := [(one, "releases") for one in run.targets.values() if _worth_asking(run, one)]):
        gatherer_of(run).await_all(worth, ASK_SECONDS)
    if run.gatherer is not None:
        seen = {name: run.gatherer.known(name, "releases") for name in run.targets}
        phrases = {name: _under_way(releases) for name, releases in seen.items()}
        run.deploying |= {name: phrase for name, phrase in phrases.items() if phrase}


def _under_way(releases: Sequence[Release] | None) -> str:
    """The phrase of the deploy that releases show, or ""; None where nobody looked."""
    if not releases:
        return ""
    from ops_tests.rules.releases import under_way

    return under_way(releases, datetime.now(UTC))


def _worth_asking(run: Run, target: Target) -> bool:
    wrong = any(one.target == target.name and one.outcome in {"finding", "blind"} for one in run.records)
    return wrong and bool(target.alerting and target.platform) and target.name not in run.deploying


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """In a worker: hand over what was seen here."""
    run = run_of(session.config)
    if run is not None and is_worker(session.config):
        releases = {name: run.gatherer.known(name, "releases") for name in run.targets} if run.gatherer else {}
        seen = {name: _under_way(known) for name, known in releases.items()}
        session.config.workeroutput[_SEEN] = seen  # type: ignore[attr-defined]  # xdist's own channel


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker saw."""
    run = run_of(node.config)
    if run is not None:
        told = getattr(node, "workeroutput", {}).get(_SEEN, {})
        run.deploying |= {name: phrase for name, phrase in told.items() if phrase}
