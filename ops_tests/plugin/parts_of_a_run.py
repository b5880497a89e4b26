"""The suite's plugins that tell what came of checks; where checks are only listed, nobody asks them anything."""

from __future__ import annotations

from types import ModuleType

from ops_tests.plugin import (
    deploying,
    exit_status,
    files,
    heartbeats,
    html,
    ids,
    live_version,
    placing,
    run,
    scrubbing,
    terminal,
    termination,
    tracebacks,
    travelling,
    verdicts,
    waivers,
)

PARTS_OF_A_RUN: tuple[ModuleType, ...] = (
    waivers,
    verdicts,
    tracebacks,
    scrubbing,  # after verdicts, because it wraps them
    ids,
    exit_status,
    placing,
    files,
    live_version,
    deploying,
    html,
    run,
    termination,
    travelling,
    heartbeats,
    terminal,
)
