"""The objectives of a run, from its own records and one visit to the history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import HistoryUnavailable, NotCovered
from ops_tests.plugin.applicable import NEEDS
from ops_tests.plugin.history import reading
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.responses import responses
from ops_tests.plugin.history.store import Store, visit
from ops_tests.records.run import CheckRecord
from ops_tests.rules import objectives as rules
from ops_tests.rules.probes import Probe, Window

if TYPE_CHECKING:
    from ops_tests.plugin.options import Settings
    from ops_tests.plugin.state import Run
    from ops_tests.records.objective import Objective
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint


def of_run(folder: Path, run: Run, checks: Sequence[CheckRecord], now: datetime) -> list[Objective]:
    """Every objective of every target; a target that the history cannot tell of has gaps.

    Args:
        folder: The project's folder.
        run: The run.
        checks: What its checks came to.
        now: Its end.
    """
    past, own = _remembered(folder, run.targets.values(), now), dict[str, list[CheckRecord]]()
    for check in checks:
        own.setdefault(check.target, []).append(check)
    return [
        objective
        for name, target in run.targets.items()
        for objective in _of_target(target, _with_this_run(past[name], own.get(name, []), now), now)
    ]


def _of_target(target: Target, past: rules.Past, now: datetime) -> list[Objective]:
    windows = [(one.begin, one.until) for one in target.maintenance]
    return rules.objectives(target.name, past, windows, now)


@pytest.fixture(scope="session")
def remembered(request: pytest.FixtureRequest, target: Target, now: datetime) -> rules.Past:
    """What the history knows of the target's last 30 days; blind where it cannot be read."""
    try:
        return visit(place_of(request.config.rootpath), partial(recall, target=target, now=now))
    except (HistoryUnavailable, OSError) as error:
        raise NotCovered(f"the history cannot be read ({error}); expected 30 days of it") from None


@pytest.fixture(scope="session")
def maintenance(target: Target) -> tuple[Window, ...]:
    """When the target was being worked on by appointment."""
    return tuple((one.begin, one.until) for one in target.maintenance)


@pytest.fixture(scope="session")
def uptime(target: Target, remembered: rules.Past, maintenance: tuple[Window, ...], now: datetime) -> Objective:
    """Uptime over 30 days."""
    return rules.up(target.name, remembered.probes, maintenance, now)


@pytest.fixture(scope="session")
def recovery(target: Target, remembered: rules.Past, maintenance: tuple[Window, ...], now: datetime) -> Objective:
    """Mean time to recovery over 30 days."""
    return rules.recovery(target.name, remembered.probes, maintenance, now)


@pytest.fixture(scope="session")
def first_message(target: Target, remembered: rules.Past, maintenance: tuple[Window, ...], now: datetime) -> Objective:
    """The longest time of 30 days until somebody was told."""
    return rules.response(target.name, remembered, maintenance, now)


def _has_a_past(target: Target, _endpoint: Endpoint | None, _settings: Settings) -> str:
    return "the embedded sandbox is new at each start and has no past" if target.sandbox else ""


def _tells_somebody(target: Target, _endpoint: Endpoint | None, _settings: Settings) -> str:
    return "" if target.alerting else "nobody is told of this target's troubles ([alerts])"


NEEDS["remembered"] = _has_a_past
NEEDS["first_message"] = _tells_somebody


def _remembered(folder: Path, targets: Iterable[Target], now: datetime) -> dict[str, rules.Past]:
    """What the history knows of each; nothing of an embedded sandbox, which is another system at each start."""
    every = list(targets)
    nothing = {one.name: rules.Past({}, (), (), _parts(one), remembers=not one.sandbox) for one in every}
    live = [target for target in every if not target.sandbox]
    if not live:
        return nothing
    try:
        known = visit(place_of(folder), lambda history: {one.name: recall(history, one, now) for one in live})
    except (HistoryUnavailable, OSError):
        return nothing  # told when this run is written
    return nothing | known


def recall(history: Store, target: Target, now: datetime) -> rules.Past:
    """What the history knows of a target's last 30 days."""
    since = now - rules.WINDOW
    newest = reading.newest_of(history, target.name, rules.CHECKS, since)
    looks = reading.outcomes(history, target.name, rules.HEALTH, since)
    return rules.Past(
        newest,
        [Probe(at, word in rules.UP) for at, word in looks],
        responses(history, target.name, since),
        _parts(target),
    )


def _parts(target: Target) -> frozenset[str]:
    """The parts of its file; of alerts only where somebody is told, of webhooks only where something is sent.

    Of metrics also the key that only those of machines have.
    """
    idle = {
        *(["alerts"] if target.alerting is None else []),
        *(["webhooks"] if not (target.webhooks and target.webhooks.synthetic) else []),
    }
    written = {name for name in type(target).model_fields if getattr(target, name) and name not in idle}
    return frozenset(written | ({"metrics.org"} if target.metrics and target.metrics.org else set()))


def _with_this_run(past: rules.Past, checks: Sequence[CheckRecord], now: datetime) -> rules.Past:
    """The past and what this run saw; a check that does not apply wipes out what it once was."""
    ours = {one.check: one for one in checks if one.check in rules.CHECKS}
    health = [one for one in checks if one.check == rules.HEALTH and one.outcome not in {"blind", "not applicable"}]
    probes = [*past.probes, *(Probe(one.started_at or now, one.outcome in rules.UP) for one in health)]
    return replace(past, newest={**past.newest, **ours}, probes=probes)
