"""The suite's plugins that checks need to be collected or listed; `loading` registers them where checks are in play."""

from __future__ import annotations

from types import ModuleType

from ops_tests.plugin import (
    applicable,
    beginning,
    deliveries,
    drill_backup,
    drills,
    effects,
    gather,
    guards,
    instruments,
    locks,
    marks,
    objectives,
    observations,
    observations_database,
    observations_edge,
    observations_logs,
    observations_platform,
    observations_repository,
    observations_traffic,
    observations_workers,
    recording,
    sampling,
    spreading,
    targets,
)

PARTS: tuple[ModuleType, ...] = (
    marks,
    recording,
    targets,
    spreading,
    applicable,
    guards,
    locks,
    gather,
    beginning,
    instruments,
    observations,
    observations_database,
    observations_repository,
    observations_logs,
    observations_traffic,
    observations_edge,
    observations_platform,
    observations_workers,
    deliveries,
    effects,
    drill_backup,
    sampling,
    drills,
    objectives,
)
