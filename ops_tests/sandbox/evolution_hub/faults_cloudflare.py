"""Faults of what Cloudflare keeps: deployments, versions, secrets, the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.evolution_hub import checks_by_need as known
from ops_tests.sandbox.evolution_hub.scenario import D1, SECRETS, STAGING, Deployment, Scenario, Version, Worker
from ops_tests.sandbox.fault import Fault, blind, finding, harmless

Change = Callable[[Scenario], Scenario]
DEPLOYED = Worker().deployments


def _worker(**changes: Any) -> Change:
    return lambda scenario: replace(scenario, worker=replace(scenario.worker, **changes))


def _d1(**changes: Any) -> Change:
    return lambda scenario: replace(scenario, d1=replace(D1(), **changes))


FAULTS = (
    Fault("deployment-gradual", "the newest version has half of the traffic, the one before the other half",
          finding("L1", known.RELEASE),
          _worker(deployments=(*DEPLOYED[:-1], Deployment(20, ((41, 50), (40, 50)))))),
    Fault("deployment-none", "nothing is deployed",
          (*finding("L1", known.CANDIDATE), *blind(known.RELEASE, known.STAGING)),
          _worker(deployments=(), versions=())),
    Fault("deployment-only-one", "there is no version to go back to", finding("L1", known.CANDIDATE),
          _worker(deployments=DEPLOYED[-1:], versions=Worker().versions[-1:])),
    harmless("version-not-deployed", "the newest version was uploaded and never deployed",
          _worker(versions=(*Worker().versions, Version(42, 12)))),
    harmless("deployment-rolled-back", "somebody rolled back a minute ago",
          _worker(deployments=(*DEPLOYED, Deployment(1, ((40, 100),), "rollback", "checkout fails")))),
    Fault("staging-behind", "production got its last two changes past staging", finding("L1", known.STAGING),
          lambda scenario: replace(scenario, staging=replace(
              STAGING, versions=STAGING.versions[:1], deployments=STAGING.deployments[:1]))),
    Fault("staging-never-deployed", "nothing was ever deployed to staging", finding("L1", known.STAGING),
          lambda scenario: replace(scenario, staging=replace(STAGING, versions=(), deployments=()))),
    Fault("hub-secret-missing", "STRIPE_WEBHOOK_SECRET is not set", finding("L1", known.SECRETS),
          _worker(secrets=tuple(name for name in SECRETS if name != "STRIPE_WEBHOOK_SECRET"))),
    Fault("hub-secret-extra", "a secret nobody documented is set",
          finding("L1", known.SECRETS), _worker(secrets=(*SECRETS, "DEBUG_TOKEN"))),
    Fault("d1-overloaded", "D1 refuses every query", finding("L1", known.D1), _d1(habit="overloaded")),
    Fault("d1-not-permitted", "the token may not use D1", blind(known.D1, known.BOOKMARK), _d1(habit="not permitted")),
    Fault("d1-slow", "D1 takes 2.5 s for a query", finding("L1", known.D1), _d1(habit="slow")),
    Fault("d1-no-bookmark", "time travel names no bookmark", finding("L1", known.BOOKMARK), _d1(bookmark=False)),
)  # fmt: skip
