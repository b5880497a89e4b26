"""What does not apply to a target is deselected and listed, never passed and never skipped.

A check applies when the target file has every part that the check's observations declare (``NEEDS``), and when every
variable those parts name is set; the latter is a usage error, because a suite that cannot look is no suite.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from ops_tests.plugin.jotter import is_check, record_of
from ops_tests.plugin.options import Settings
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.plugin.targets import endpoints_of, pages_of
from ops_tests.records.run import CheckRecord
from ops_tests.rules.wording import listed
from ops_tests.target import Target
from ops_tests.target_parts import Endpoint

Need = Callable[[Target, Endpoint | None, Settings], str]
NEEDS: dict[str, Need] = {}
"""By fixture name: why a check that asks for the fixture does not apply, or ""."""


def needs_parts(*parts: str) -> Need:
    """A need for parts of the target file, by dotted key; a key that is absent, None or false is not there."""

    def missing(target: Target, _endpoint: Endpoint | None, _settings: Settings) -> str:
        absent = [part for part in parts if not _present(target, part)]
        return f"the target file has no {absent[0]}" if absent else ""

    missing.parts = parts  # type: ignore[attr-defined]  # read back by variables_needed
    return missing


def _present(target: Target, dotted: str) -> bool:
    value: Any = target
    for key in dotted.split("."):
        value = getattr(value, key, None)
        if value is None or value is False:
            return False
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take out what does not apply, and refuse to run with a variable missing."""
    run = run_of(config)
    if run is None:
        return
    reasons = {item: _reason(item, run) for item in items if is_check(item)}
    left_out = [item for item, reason in reasons.items() if reason]
    items[:] = [item for item in items if not reasons.get(item)]
    places = {name: place for place, name in enumerate(run.targets)}
    items.sort(key=lambda item: places[item_target(item, run).name] if is_check(item) else 0)
    records = [record_of(item, outcome="not applicable", sentence=reasons[item]) for item in left_out]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    if is_worker(config):
        config.workeroutput["ops_not_applicable"] = [  # type: ignore[attr-defined]  # xdist's own channel
            record.model_dump_json() for record in records
        ]
        return
    run.not_applicable.extend(records)
    _demand_variables(run, items)


def _reason(item: pytest.Item, run: Run) -> str:
    target, endpoint = item_target(item, run), item_endpoint(item, run)
    if item_endpoint_id(item) and endpoint is None and target.webhooks:
        return f"{item_endpoint_id(item)} is no endpoint of {target.name}"
    page = str(_params(item).get("page", ""))
    if page and target.pages and page not in pages_of({"": target}):
        return f"{page} is no page of {target.name}"
    found = (NEEDS[name](target, endpoint, run.settings) for name in fixture_names(item) if name in NEEDS)
    return next((reason for reason in found if reason), "")


def fixture_names(item: pytest.Item) -> tuple[str, ...]:
    """The names of all fixtures an item asks for, also through others."""
    return tuple(getattr(item, "fixturenames", ()))


def item_target(item: pytest.Item, run: Run) -> Target:
    """The target an item looks at."""
    return run.targets[_params(item).get("target", next(iter(run.targets)))]


def item_endpoint_id(item: pytest.Item) -> str:
    """The id of the endpoint an item looks at, or ""."""
    return str(_params(item).get("endpoint", ""))


def item_endpoint(item: pytest.Item, run: Run) -> Endpoint | None:
    """The endpoint an item looks at, or None."""
    return endpoints_of({"": item_target(item, run)}).get(item_endpoint_id(item))


def _params(item: pytest.Item) -> dict[str, Any]:
    callspec = getattr(item, "callspec", None)
    return dict(callspec.params) if callspec else {}


def _demand_variables(run: Run, items: list[pytest.Item]) -> None:
    """Refuse to run while a part that the selected checks need names a variable nobody set."""
    parts: dict[str, set[str]] = {name: set() for name in run.targets}
    for item in filter(is_check, items):
        parts[item_target(item, run).name] |= _parts(item)
    demand_variables(run, parts)


def _parts(item: pytest.Item) -> set[str]:
    needs = [NEEDS[name] for name in fixture_names(item) if name in NEEDS]
    return {part.split(".")[0] for need in needs for part in getattr(need, "parts", ())}


def demand_variables(run: Run, parts: Mapping[str, set[str]]) -> None:
    """Raise a usage error that names every unset variable of the given parts of each target.

    Raises:
        pytest.UsageError: At least one is not set.
    """
    unset = {name: run.targets[name].missing_variables(wanted) for name, wanted in parts.items()}
    missing = {name: found for name, found in unset.items() if found}
    if missing:
        said = [f"target {name} cannot be checked: {'; '.join(found)}" for name, found in missing.items()]
        run.broken = listed(said, at_most=3)
        lines = ("\n  - ".join([f"target {name} cannot be checked:", *found]) for name, found in missing.items())
        raise pytest.UsageError("\n".join(lines))


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Under xdist only workers collect, so the controller demands the variables of every part beforehand."""
    run = run_of(node.config)
    if run is None:
        return
    demand_variables(run, {name: set(target.variables()) for name, target in run.targets.items()})


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take the list of what did not apply from the first worker that ends; all have the same."""
    run = run_of(node.config)
    if run and not run.not_applicable:
        told = getattr(node, "workeroutput", {}).get("ops_not_applicable", ())
        run.not_applicable.extend(CheckRecord.model_validate_json(one) for one in told)
