"""A client gives up before gather does, and gather before pytest-timeout: so the message names what hangs."""

from __future__ import annotations

import configparser
import inspect

import pytest

import ops_tests.plugin.parts  # noqa: F401  # so that every observation is registered
from ops_tests.clients import cloudflare, command_guard, database, fly, fly_logs, fly_platform, platform, web, wrangler
from ops_tests.limits import LONGEST_SECONDS, Limits
from ops_tests.plugin import gather
from ops_tests.rules import effects
from tests.house.source import PACKAGE, REPOSITORY, Source, read
from tests.house.time_rules import PATHS, Observations, too_slow, untold, worst

OBSERVATIONS = Observations(read(PACKAGE / "plugin"))

UNTOLD = {
    "a loop": "    for path in paths:\n        look.web.get(path)",
    "a comprehension": "    return [look.platform.machines() for _ in range(3)]",
    "a loop around a function": "    while True:\n        asked(look)",
    "a sleep": "    time.sleep(5)\n    return look.web.get('/')",
    "a client nobody knows": "    return look.pigeons.post('/')",
    "a client made on the spot": "    from ops_tests.clients.pigeons import Pigeons\n\n    return Pigeons().post('/')",
    "another observation": "    return look.see('machines')",
}


def timeout() -> float:
    """What pytest.ini gives a check."""
    ini = configparser.ConfigParser()
    ini.read(REPOSITORY / "pytest.ini", encoding="utf-8")
    return ini.getfloat("pytest", "timeout")


def worst_times() -> dict[str, float]:
    """Seconds by observation; one that cannot be told has no place here, since another test names it."""
    known = {sentence.partition(":")[0] for sentence in untold(OBSERVATIONS)} ^ set(OBSERVATIONS.names)
    return {name: worst(OBSERVATIONS, name) for name in known}


def planted(body: str) -> Observations:
    """One observation with this body."""
    asked = "def asked(look):\n    return look.web.get('/')\n\n"
    return Observations([Source("ops_tests/plugin/planted.py", f"{asked}@observation()\ndef planted(look):\n{body}\n")])


def test_every_observation_ends_before_gather_gives_up_and_gather_before_pytest() -> None:
    assert not too_slow(worst_times(), gather.DEADLINE_SECONDS, timeout())


def test_the_worst_time_of_every_observation_can_be_told() -> None:
    assert not untold(OBSERVATIONS)
    assert set(gather.OBSERVATIONS) >= set(OBSERVATIONS.names) >= set(PATHS)


def test_the_parts_of_a_client_take_no_longer_than_it_says() -> None:
    assert web.worst_seconds() > inspect.signature(web.Web).parameters["seconds"].default == LONGEST_SECONDS
    assert fly.worst_seconds() == fly.READ_SECONDS + command_guard.GRACE_SECONDS == fly_platform.worst_seconds()
    assert cloudflare.worst_seconds() == 2 * (wrangler.READ_SECONDS + command_guard.GRACE_SECONDS)
    assert platform.worst_seconds() == max(fly_platform.worst_seconds(), cloudflare.worst_seconds())
    assert fly_platform.worst_log_seconds() > fly_logs.READ_SECONDS + fly.LOGS_SECONDS
    assert database.worst_seconds() > database.CONNECT_SECONDS + database.SILENCE_SECONDS
    assert database.SILENCE_SECONDS > database.STATEMENT_SECONDS > database.LOCK_SECONDS


def test_a_limit_can_be_measured_before_the_client_gives_up() -> None:
    assert database.CONNECT_SECONDS + database.STATEMENT_SECONDS >= LONGEST_SECONDS
    assert all(limit.value < LONGEST_SECONDS for limit in (Limits().health_seconds, Limits().webhook_seconds))


def test_the_time_of_branches_is_added_up() -> None:
    body = "    if look.web.get('/'):\n        return look.fly.logs()\n    return asked(look)"
    assert worst(planted(body), "planted") == 2 * web.worst_seconds() + fly_platform.worst_log_seconds()


@pytest.mark.parametrize("body", UNTOLD.values(), ids=list(UNTOLD))
def test_an_observation_without_a_worst_time_is_found(body: str) -> None:
    assert untold(planted(body))


def test_an_observation_that_may_outlast_gather_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "LOOK_LONGER_SECONDS", gather.DEADLINE_SECONDS)
    found = too_slow(worst_times(), gather.DEADLINE_SECONDS, timeout())
    assert sorted(sentence.split()[0] for sentence in found) == ["effects", "log_effects", "row_effects"]


def test_a_client_that_waits_too_long_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "SILENCE_SECONDS", 120.0)
    assert too_slow({"dead_letters": worst(OBSERVATIONS, "dead_letters")}, gather.DEADLINE_SECONDS, timeout())


def test_a_gather_that_outlasts_the_check_is_found() -> None:
    assert too_slow({}, deadline=120, timeout=120)
