"""What pytest loads only where checks are in play; a project that did not ask for them bears nothing but options.

The rest takes a second to import, brings hooks into every phase of every test, and fixtures by common names.
"""

from __future__ import annotations

from importlib import import_module

import pytest

from ops_tests.plugin.options import checks_reached, is_target_given

PARTS = (  # redaction after verdicts, because it wraps them
    "ops_tests.plugin.marks",
    "ops_tests.plugin.recording",
    "ops_tests.plugin.targets",
    "ops_tests.plugin.spreading",
    "ops_tests.plugin.applicable",
    "ops_tests.plugin.guards",
    "ops_tests.plugin.locks",
    "ops_tests.plugin.gather",
    "ops_tests.plugin.beginning",
    "ops_tests.plugin.instruments",
    "ops_tests.plugin.observations",
    "ops_tests.plugin.observations_database",
    "ops_tests.plugin.observations_repository",
    "ops_tests.plugin.observations_logs",
    "ops_tests.plugin.observations_traffic",
    "ops_tests.plugin.observations_edge",
    "ops_tests.plugin.observations_platform",
    "ops_tests.plugin.observations_workers",
    "ops_tests.plugin.deliveries",
    "ops_tests.plugin.effects",
    "ops_tests.plugin.drill_backup",
    "ops_tests.plugin.sampling",
    "ops_tests.plugin.drills",
    "ops_tests.plugin.objectives",
    "ops_tests.plugin.waivers",
    "ops_tests.plugin.verdicts",
    "ops_tests.plugin.redaction",
    "ops_tests.plugin.ids",
    "ops_tests.plugin.exit_status",
    "ops_tests.plugin.placing",
    "ops_tests.plugin.files",
    "ops_tests.plugin.live_version",
    "ops_tests.plugin.deploying",
    "ops_tests.plugin.html",
    "ops_tests.plugin.run",
    "ops_tests.plugin.termination",
    "ops_tests.plugin.heartbeats",
    "ops_tests.plugin.terminal",
)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the suite's parts before anybody else is configured, as pytest-html reads what one of them sets."""
    if not _wanted(config):
        return
    pytest.register_assert_rewrite("ops_tests.checks")
    for part in PARTS:
        config.pluginmanager.register(import_module(part), part)


def _wanted(config: pytest.Config) -> bool:
    """Whether checks are run or listed, or a target is named in vain, which somebody must be told."""
    if hasattr(config, "workerinput"):
        return "ops" in config.workerinput
    return checks_reached(config) or is_target_given(config)
