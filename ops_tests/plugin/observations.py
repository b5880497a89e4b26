"""What is looked at, each fact once: health, machines, releases, secrets, the log, the database.

The functions take a :class:`~ops_tests.plugin.look.Look` and return a record; each is a session fixture of its name.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Blind, NoNetwork, Unreachable
from ops_tests.plugin.applicable import NEEDS, needs_parts
from ops_tests.plugin.gather import observation
from ops_tests.plugin.history.reading import last_look
from ops_tests.plugin.state import run_of

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.database import DatabaseAttempt, DeadLetters, Migration
    from ops_tests.records.platform import Machine, Release, Running, SecretName
    from ops_tests.records.web import Answer, HealthAttempt
    from ops_tests.target import Target


@observation()
def health_attempt(look: Look) -> HealthAttempt:
    """The health path, asked once; once more if the first request had to wake a sleeping machine."""
    from ops_tests.records.web import HealthAttempt

    url = look.target.base_url + look.target.health.path
    try:
        answer = look.web.get(look.target.health.path)
    except Unreachable as error:
        confirm_network(look)
        return HealthAttempt(url, None, unreachable=str(error))
    woken = _woken_machine(look, answer)
    again = look.web.get(look.target.health.path) if woken else None
    return HealthAttempt(url, answer, again=again, woken=woken)


def _woken_machine(look: Look, answer: Answer) -> str:
    """The machine that started while a slow first answer was under way, or ""."""
    if not look.target.fly or answer.seconds <= look.target.limits.health_seconds.value:
        return ""
    try:
        machines = look.fly.machines()
    except Blind as error:
        look.remarks.append(f"whether the request woke a machine cannot be told: {error}")
        return ""
    begun, ended = answer.sent_at - timedelta(seconds=1), answer.sent_at + timedelta(seconds=answer.seconds)
    return next((one.id for one in machines if one.started_at and begun <= one.started_at <= ended), "")


def confirm_network(look: Look) -> None:
    """Tell "the target is down" from "this runner has no network" by the control address.

    Raises:
        NoNetwork: The control address does not answer either.
    """
    if not look.target.control_url:
        return
    from ops_tests.clients.web import Web

    try:
        Web(look.target.control_url).get("/")
    except Unreachable as error:
        message = f"this runner has no network: {look.target.control_url} does not answer either ({error})"
        raise NoNetwork(message) from None


@pytest.fixture(scope="session")
def health(health_attempt: HealthAttempt) -> Answer:
    """The health answer that counts; blind when nobody answered."""
    from ops_tests.rules import health as health_rules

    return health_rules.judged_answer(health_attempt)


@observation("platform.app")
def machines(look: Look) -> tuple[Machine, ...]:
    """The application's machines."""
    return tuple(look.fly.machines())


@observation("platform")
def releases(look: Look) -> tuple[Release, ...]:
    """The newest releases."""
    return tuple(look.platform.releases())


@observation("platform")
def running(look: Look) -> tuple[Running, ...]:
    """What serves now: where the newest release sends the requests, else the machines that are meant to serve."""
    from ops_tests.rules import machines as machine_rules
    from ops_tests.rules.releases import newest

    return newest(look.see("releases")).split or machine_rules.running(look.see("machines"))


@observation("platform")
def secret_names(look: Look) -> tuple[SecretName, ...]:
    """The secrets that are set, by name."""
    return tuple(look.platform.secret_names())


@pytest.fixture(scope="session")
def secret_states(secret_names: tuple[SecretName, ...]) -> tuple[SecretName, ...]:
    """The secrets where the platform says of each whether it is deployed; Cloudflare does not."""
    return secret_names


NEEDS["secret_states"] = needs_parts("platform.app")


@pytest.fixture(scope="session")
def previous_look(request: pytest.FixtureRequest, target: Target) -> datetime | None:
    """When the previous smoke run looked at this target; None in other suites or without history."""
    run = run_of(request.config)
    if run is None or run.settings.suite != "smoke":
        return None
    return last_look(request.config.rootpath, target, run.settings.suite)


@observation("database")
def database_attempt(look: Look) -> DatabaseAttempt:
    """Connecting to the database and ``SELECT 1``."""
    attempt = look.database.answer()
    if attempt.unreachable:
        confirm_network(look)
    return attempt


@observation("database", "dead_letters")
def dead_letters(look: Look) -> DeadLetters:
    """The unprocessed dead letters."""
    return look.database.dead_letters()


@observation("database", "migrations")
def migrations(look: Look) -> tuple[Migration, ...]:
    """Prisma's record of applied migrations."""
    return tuple(look.database.migrations())
