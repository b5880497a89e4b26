"""The objectives of a run, from its own records and one visit to the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from ops_tests.errors import HistoryUnavailable, NotCovered
from ops_tests.plugin.alerts.outbox import responses
from ops_tests.plugin.applicable import NEEDS
from ops_tests.plugin.history import reading
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, visit
from ops_tests.plugin.options import Settings
from ops_tests.plugin.state import Run
from ops_tests.records.objective import Objective
from ops_tests.records.run import CheckRecord
from ops_tests.rules import objectives as rules
from ops_tests.rules.probes import Probe, Window
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
    return [
        objective
        for target in run.targets.values()
        for objective in _of_target(folder, target, [one for one in checks if one.target == target.name], now)
    ]


def _of_target(folder: Path, target: Target, checks: Sequence[CheckRecord], now: datetime) -> list[Objective]:
    past = _with_this_run(_remembered(folder, target, now), checks, now)
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


def _remembered(folder: Path, target: Target, now: datetime) -> rules.Past:
    """What the history knows; nothing of an embedded sandbox, which is another system at each start."""
    nothing = rules.Past({}, (), (), _parts(target), remembers=not target.sandbox)
    if target.sandbox:
        return nothing
    try:
        return visit(place_of(folder), partial(recall, target=target, now=now))
    except (HistoryUnavailable, OSError):
        return nothing  # told when this run is written


def recall(history: Store, target: Target, now: datetime) -> rules.Past:
    """What the history knows of a target's last 30 days."""
    since = now - rules.WINDOW
    newest = {name: reading.newest_check(history, target.name, name, since) for name in rules.CHECKS}
    looks = reading.outcomes(history, target.name, rules.HEALTH, since)
    return rules.Past(
        {name: record for name, record in newest.items() if record},
        [Probe(at, word in rules.UP) for at, word in looks],
        responses(history, target.name, since),
        _parts(target),
    )


def _parts(target: Target) -> frozenset[str]:
    """The parts of its file; of alerts only where somebody is told, of webhooks only where something is sent."""
    idle = {
        *(["alerts"] if target.alerting is None else []),
        *(["webhooks"] if not (target.webhooks and target.webhooks.synthetic) else []),
    }
    return frozenset(name for name in type(target).model_fields if getattr(target, name) and name not in idle)


def _with_this_run(past: rules.Past, checks: Sequence[CheckRecord], now: datetime) -> rules.Past:
    """The past and what this run saw; a check that does not apply wipes out what it once was."""
    ours = {one.check: one for one in checks if one.check in rules.CHECKS}
    health = [one for one in checks if one.check == rules.HEALTH and one.outcome not in {"blind", "not applicable"}]
    probes = [*past.probes, *(Probe(one.started_at or now, one.outcome in rules.UP) for one in health)]
    return replace(past, newest={**past.newest, **ours}, probes=probes)
