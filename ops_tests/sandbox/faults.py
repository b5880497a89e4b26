"""All faults by name."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

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
from ops_tests.sandbox.fault import Fault, Turn
from ops_tests.sandbox.scenario import Scenario

__all__ = ["FAULTS", "Fault", "Turn", "planted"]

FAULTS: dict[str, Fault] = {
    fault.name: fault
    for part in (
        *(faults_application, faults_edge, faults_database, faults_activity, faults_proxy, faults_logs),
        *(faults_platform, faults_machines, faults_backups, faults_fly, faults_repository, faults_traffic),
        *(faults_drill, faults_restores),
    )
    for fault in part.FAULTS
}


def planted(names: Sequence[str]) -> Scenario:
    """The scenario with the named faults, applied in this order.

    Raises:
        UnknownName: A fault nobody knows.
    """
    scenario = Scenario()
    for name in names:
        if name not in FAULTS:
            guesses = difflib.get_close_matches(name, FAULTS)
            hint = f"did you mean {' or '.join(guesses)}? " if guesses else ""
            raise UnknownName(f"unknown fault {name!r}; {hint}python -m ops_tests faults lists them all")
        scenario = FAULTS[name].change(scenario)
    return scenario
