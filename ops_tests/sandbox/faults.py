"""All faults by name, and the embedded systems they can be planted in."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ops_tests.errors import UnknownName
from ops_tests.sandbox import (
    faults_activity,
    faults_application,
    faults_backups,
    faults_database,
    faults_drill,
    faults_edge,
    faults_fly,
    faults_logs,
    faults_machines,
    faults_platform,
    faults_proxy,
    faults_repository,
    faults_restores,
    faults_traffic,
)
from ops_tests.sandbox.evolution_hub import faults as evolution_hub_faults
from ops_tests.sandbox.evolution_hub.scenario import Scenario as EvolutionHub
from ops_tests.sandbox.fault import Fault, Turn
from ops_tests.sandbox.scenario import Scenario

__all__ = ["EVOLUTION_HUB", "FAULTS", "SYSTEMS", "TIMEDIFY", "Fault", "System", "Turn", "planted"]

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for part in (
        *(faults_application, faults_edge, faults_database, faults_activity, faults_proxy, faults_logs),
        *(faults_platform, faults_machines, faults_backups, faults_fly, faults_repository, faults_traffic),
        *(faults_drill, faults_restores),
    )
    for fault in part.FAULTS
}

LIVE_SAMPLES = 30
"""So many response times a run measures on a live target, enough to fail; that a percentile holds takes more."""

TIMEDIFY, EVOLUTION_HUB = "sandbox", "sandbox-evolution-hub"


@dataclass(frozen=True)
class System:
    """An embedded system.

    Attributes:
        healthy: Its scenario without a fault.
        faults: What can be planted in it, by name.
    """

    healthy: Any
    faults: Mapping[str, Fault]


SYSTEMS = {
    TIMEDIFY: System(Scenario(), FAULTS),
    EVOLUTION_HUB: System(EvolutionHub(), evolution_hub_faults.FAULTS),
}
"""By the name of the packaged target file that describes it."""


def planted(names: Sequence[str], system: str = TIMEDIFY) -> Any:
    """The system's scenario with the named faults, applied in this order, and as many samples as of a live target.

    Raises:
        UnknownName: A fault nobody knows, or one of another system.
    """
    faults = SYSTEMS[system].faults
    healthy = SYSTEMS[system].healthy
    scenario = replace(healthy, samples=LIVE_SAMPLES) if names else healthy
    for name in names:
        if name not in faults:
            raise UnknownName(_unknown(name, system))
        scenario = faults[name].change(scenario)
    return scenario


def _unknown(name: str, system: str) -> str:
    others = [other for other, known in SYSTEMS.items() if name in known.faults]
    if others:
        return f"fault {name!r} is one of {others[0]}, not of {system}; python -m ops_tests faults lists them all"
    guesses = difflib.get_close_matches(name, SYSTEMS[system].faults)
    hint = f"did you mean {' or '.join(guesses)}? " if guesses else ""
    return f"unknown fault {name!r}; {hint}python -m ops_tests faults lists them all"
