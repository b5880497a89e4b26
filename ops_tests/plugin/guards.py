"""The brakes of checks that act: nothing is changed unless somebody typed that it may be, and the target's file agrees.

A check acts when it bears the mark ``acts`` or asks for the fixture ``permit``. It is refused without ``--permit``,
without ``acts = true`` in the target file (the embedded sandbox needs neither), in an xdist worker, and while another
run acts on the target. Where only such checks are selected the run ends with status 4; otherwise they are blind.
Without a run of checks only the fixture refuses: another project may mean something else by the mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.errors import NotPermitted
from ops_tests.permit import Permit, grant, lacking, refused
from ops_tests.plugin.applicable import fixture_names, item_target
from ops_tests.plugin.jotter import is_check
from ops_tests.plugin.state import is_worker, run_of

if TYPE_CHECKING:
    from ops_tests.target import Target

ACTING_SECONDS = 3600
"""For a check that acts: a deployment alone may take 15 min, and what is undone late is undone all the same."""
_REFUSAL = pytest.StashKey[str]()
_ONLY_CHECKS = "only a check may act: it bears the mark runbook and lies in a folder of checks (ops_checks)"


def acts(item: pytest.Item) -> bool:
    """Whether an item would change what it checks."""
    return item.get_closest_marker("acts") is not None or "permit" in fixture_names(item)


def refusal(item: pytest.Item) -> str:
    """Why an item may not act, with what would permit it; "" for one that may, and for one that does not act."""
    if _REFUSAL not in item.stash:
        item.stash[_REFUSAL] = _refusal(item) if acts(item) else ""
    return item.stash[_REFUSAL]


def refuse(item: pytest.Item, reason: str) -> None:
    """Refuse an item that would otherwise be permitted to act."""
    item.stash[_REFUSAL] = reason


def _refusal(item: pytest.Item) -> str:
    run = run_of(item.config)
    if run is None or not is_check(item):
        return _ONLY_CHECKS
    target = item_target(item, run)
    reasons = dict(lacking(target, run.settings.permits))
    if is_worker(item.config):
        reasons["xdist runs checks side by side"] = "type -n 0"
    return refused(target, reasons) if reasons else ""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """End at once where everything that was selected is refused; what acts comes after all that observes."""
    if run_of(config) is None:
        return
    items.sort(key=acts)
    for item in filter(acts, items):
        item.add_marker(pytest.mark.timeout(ACTING_SECONDS))
    told = refused_as_a_whole(items)
    if told and is_worker(config):
        items.clear()
        config.workeroutput["ops_refused"] = told  # type: ignore[attr-defined]  # xdist's own channel
    elif told:
        raise pytest.UsageError(told)


def refused_as_a_whole(items: Sequence[pytest.Item]) -> str:
    """Why nothing of what was selected may run, or ""."""
    reasons = [refusal(item) for item in items]
    return "\n".join(dict.fromkeys(reasons)) if all(reasons) else ""


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """End the run when a worker found that everything is refused; in the worker itself that would be a crash."""
    told = getattr(node, "workeroutput", {}).get("ops_refused", "")
    if told:
        raise pytest.UsageError(told)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stop a check that acts before anything of it begins."""
    reason = refusal(item) if run_of(item.config) is not None else ""
    if reason:
        raise NotPermitted(reason)


@pytest.fixture(scope="session")
def permit(request: pytest.FixtureRequest, target: Target) -> Permit:
    """The permission to act on the target, which every acting client demands; who asks for it has passed the guard."""
    run = run_of(request.config)
    if run is None:
        raise NotPermitted(_ONLY_CHECKS)
    return grant(target, run.settings.permits, run.run_id)
