"""Faults of the platform: machines, releases, secrets, the log, and fly itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal

from ops_tests.sandbox.checks_by_need import (
    CANDIDATE,
    MACHINES,
    NEED_FLY,
    NEED_LOG,
    NO_ERRORS,
    PLATFORM,
    RELEASE,
    SECRETS,
    STAGED,
)
from ops_tests.sandbox.fault import Fault, blind, finding
from ops_tests.sandbox.scenario import CURRENT_IMAGE, OLDER_IMAGE, Line, Release, Scenario

PRISMA_ERROR = ("Prisma query error P2024: Timed out fetching a new connection from the connection pool. "
                "(Current connection pool timeout: 10, connection limit: 5)")  # fmt: skip
DUMP = (
    "APP/SCOPES_UPDATE: webhook error: Response {",
    "  status: 500,",
    "  statusText: 'Internal Server Error',",
    "  headers: Headers { 'content-type': 'text/plain' },",
    "  body: ReadableStream { locked: false },",
    "  ok: false",
    "}",
    "    at authenticateWebhook (/app/build/server/index.js:412:11)",
)


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


def _lines(*messages: str) -> Callable[[Scenario], Scenario]:
    lines = tuple(Line(60 - place * 0.002, message) for place, message in enumerate(messages))
    return lambda scenario: replace(scenario, logs=replace(scenario.logs, lines=(*scenario.logs.lines, *lines)))


def _delivers(what: Literal["nothing", "the old"]) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, logs=replace(scenario.logs, delivers=what))


FAULTS = (
    Fault("error-in-log", "Prisma reported an error a minute ago",
          finding("L1", NO_ERRORS), _lines(PRISMA_ERROR)),
    Fault("error-in-log-500", "a page was answered 503 a minute ago",
          finding("L1", NO_ERRORS), _lines("GET /app 503 - - 10002.441 ms")),
    Fault("error-in-log-dump", "a minute ago a webhook failed with a dump over several lines",
          finding("L1", NO_ERRORS), _lines(*DUMP)),
    Fault("logs-empty", "the log delivers nothing at all",
          blind(*NEED_LOG), _delivers("nothing")),
    Fault("logs-old-only", "the log delivers nothing younger than 6 minutes",
          blind(*NEED_LOG), _delivers("the old")),
    Fault("machine-stopped", "one machine stopped, and not because the platform was to stop it",
          finding("L1", MACHINES), _one_machine(state="stopped", auto_stop=False)),
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
    Fault("release-failed", "the newest release failed",
          finding("L1", RELEASE), _new_release("failed")),
    Fault("release-running", "the newest release is still running",
          finding("L1", RELEASE), _new_release("running")),
    Fault("no-rollback-candidate", "no earlier release is complete",
          finding("L1", CANDIDATE), _only_the_newest_complete),
    Fault("fly-logged-out", "fly and the logs API refuse the token",
          blind(*NEED_FLY), _platform(access="refused")),
    Fault("fly-wrong-app", "fly and the logs API do not know the app",
          blind(*NEED_FLY), _platform(access="unknown app")),
    Fault("fly-missing", "fly is not installed, and the logs API is down",
          blind(*NEED_FLY), _platform(access="missing")),
    Fault("fly-text-instead-of-json", "fly prints tables where JSON was asked for",
          blind(*PLATFORM), _platform(text_instead_of_json=True)),
)  # fmt: skip
