"""Glue between pytest and the suite, one concern a file. Nothing here judges: rules do, in the checks."""

import pytest

pytest.register_assert_rewrite("ops_tests.checks")

# In the order of their imports, so that pytest imports each itself; redaction after verdicts, because it wraps them.
pytest_plugins = [
    "ops_tests.plugin.options",
    "ops_tests.plugin.target_argument",
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
]
