"""Faults of the platform: machines, releases, secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.checks_by_need import (
    CANDIDATE,
    LOCKDOWN,
    MACHINES,
    METRICS,
    RELEASE,
    SECRETS,
    STAGED,
)
from ops_tests.sandbox.fault import Fault, blind, finding, harmless
from ops_tests.sandbox.scenario import CURRENT_IMAGE, OLDER_IMAGE, Release, Scenario


def _platform(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, platform=replace(scenario.platform, **changes))


def _one_machine(**changes: Any) -> Callable[[Scenario], Scenario]:
    def change(scenario: Scenario) -> Scenario:
        first, *others = scenario.platform.machines
        return _platform(machines=(replace(first, **changes), *others))(scenario)

    return change


def _secrets(edit: Callable[[dict[str, str]], dict[str, str]]) -> Callable[[Scenario], Scenario]:
    return lambda scenario: _platform(secrets=tuple(sorted(edit(dict(scenario.platform.secrets)).items())))(scenario)


def _without_sentry(secrets: dict[str, str]) -> dict[str, str]:
    return {name: status for name, status in secrets.items() if name != "SENTRY_DSN"}


def _new_release(status: str) -> Callable[[Scenario], Scenario]:
    newest = Release(43, status, 3, CURRENT_IMAGE)
    return lambda scenario: _platform(releases=(newest, *scenario.platform.releases))(scenario)


def _only_the_newest_complete(scenario: Scenario) -> Scenario:
    newest, *older = scenario.platform.releases
    return _platform(releases=(newest, *(replace(release, status="failed") for release in older)))(scenario)


def _all_machines(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: _platform(machines=tuple(replace(one, **changes) for one in scenario.platform.machines))(
        scenario
    )


def _platform_listing_a_secret_twice(scenario: Scenario) -> Scenario:
    return _platform(secrets=(*scenario.platform.secrets, scenario.platform.secrets[0]))(scenario)


def _reversed(scenario: Scenario) -> Scenario:
    lists = scenario.platform
    return _platform(machines=lists.machines[::-1], releases=lists.releases[::-1], secrets=lists.secrets[::-1])(
        scenario
    )


FAULTS = (
    Fault("machine-stopped", "one machine stopped, and not because the platform was to stop it",
          finding("L1", MACHINES), _one_machine(state="stopped", auto_stop=False)),
    Fault("machines-stopped", "every machine stopped, and not because the platform was to stop it",
          finding("L1", MACHINES) + blind(LOCKDOWN, *METRICS), _all_machines(state="stopped")),
    Fault("machine-replacing", "one machine is being replaced and does not serve",
          finding("L1", MACHINES), _one_machine(state="replacing")),
    harmless("machine-spare-resting", "the platform stopped a spare that nobody needed",
             _one_machine(state="stopped", auto_stop=True)),
    Fault("machine-check-warning", "one machine's health check warns",
          finding("L1", MACHINES), _one_machine(check="warning")),
    Fault("machine-check-critical", "one machine's health check is critical",
          finding("L1", MACHINES), _one_machine(check="critical")),
    Fault("machine-old-image", "one machine runs the older image",
          finding("L1", RELEASE), _one_machine(image=OLDER_IMAGE)),
    Fault("machine-host-unreachable", "the host of one machine is unreachable",
          finding("L1", MACHINES), _one_machine(host="unreachable")),
    Fault("secret-missing", "a documented secret is not set",
          finding("L1", SECRETS), _secrets(_without_sentry)),
    Fault("secret-extra", "a secret is set that no document names",
          finding("L1", SECRETS), _secrets(lambda secrets: {**secrets, "DEBUG_BACKDOOR": "Deployed"})),
    Fault("secret-staged", "a secret is staged and not deployed",
          finding("L1", STAGED), _secrets(lambda secrets: {**secrets, "SHOPIFY_API_SECRET": "Staged"})),
    harmless("secret-listed-twice", "fly lists a secret twice", _platform_listing_a_secret_twice),
    Fault("release-failed", "the newest release failed",
          finding("L1", RELEASE), _new_release("failed")),
    Fault("release-running", "the newest release is still running",
          finding("L1", RELEASE), _new_release("running")),
    Fault("no-rollback-candidate", "no earlier release is complete",
          finding("L1", CANDIDATE), _only_the_newest_complete),
    harmless("lists-reversed", "fly lists machines, releases and secrets the other way round", _reversed),
)  # fmt: skip
