"""What a schedule of a target holds, before it is written in anybody's format."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.plugin.history.place import VARIABLE as HISTORY
from ops_tests.rules.timetable import When, timetable
from ops_tests.target_parts import RetentionPart

if TYPE_CHECKING:
    from ops_tests.target import Target

LIMIT_MINUTES = {"smoke": 4, "daily": 15, "weekly": 30, "monthly": 30, "post_deploy": 15, "audit": 15}
"""After so long a run is ended in order: several times what pytest.ini promises, smoke before the next one begins."""
CLEANUP_MINUTES = 60
PYTEST = ("-m", "pytest", "-q")


@dataclass(frozen=True)
class Variable:
    """A variable that a run looks up: its name, what it is for, and whether the run can do without."""

    name: str
    purpose: str
    optional: bool = False


@dataclass(frozen=True)
class Entry:
    """Something that runs again and again.

    Attributes:
        name: The suite, or what is cleaned up.
        about: What it is for.
        when: When it begins; None after each deployment.
        words: What follows ``python`` on its command line.
        limit_minutes: After which it is ended.
        variables: What it looks up, and nothing else of what the target file names.
        acts: Whether it changes the target.
    """

    name: str
    about: str
    when: When | None
    words: tuple[str, ...]
    limit_minutes: int
    variables: tuple[Variable, ...]
    acts: bool = False

    @property
    def command(self) -> str:
        """The words as a shell takes them."""
        return shlex.join(self.words)


@dataclass(frozen=True)
class Plan:
    """What runs when.

    Attributes:
        target: The target's name.
        argument: What follows ``--target``, not quoted.
        checks: The suites by the clock.
        after_deploy: The suite that only a deployment can begin.
        cleanups: What deletes; none unless the target allows it.
        left_out: What the schedule does not hold, and why.
        programs: What the runs start beside Python.
        expects_image: Whether a deployment may say which image must be live.
        alerted: Whether findings are told by ``[alerts]``.
        switches: The suites that a dead man's switch misses.
        drill: The command of the drill, which somebody types.
    """

    target: str
    argument: str
    checks: tuple[Entry, ...]
    after_deploy: Entry
    cleanups: tuple[Entry, ...]
    left_out: dict[str, str]
    programs: tuple[str, ...]
    expects_image: bool
    alerted: bool
    switches: tuple[str, ...]
    drill: str

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What the clock begins."""
        return (*self.checks, *self.cleanups)

    def variables(self, *, acting: bool) -> tuple[Variable, ...]:
        """What the suites, or the clean-ups, look up, each once."""
        entries = self.cleanups if acting else (*self.checks, self.after_deploy)
        named = {one.name: one for entry in entries for one in entry.variables}
        return tuple(sorted(named.values(), key=lambda one: (one.optional, one.name == HISTORY)))


ABOUT = {
    "smoke": "is it up right now",
    "daily": "the morning round",
    "weekly": "what drifts slowly",
    "monthly": "releases and routine",
    "audit": "the quarterly audit",
}


def plan(target: Target, argument: str, checks_from: tuple[str, ...] = ()) -> Plan:
    """What is to run for a target, and what its file leaves out.

    Args:
        target: The target.
        argument: What follows ``--target`` where the schedule runs.
        checks_from: Words that name the checks where no ``pytest.ini`` does.
    """
    times = timetable(target.name)
    suites = {
        suite: _suite(target, argument, suite, about, times[suite], checks_from) for suite, about in ABOUT.items()
    }
    left_out = _left_out(target)
    drill = shlex.join(["pytest", *checks_from, "-m", "dr_drill", "--target", argument, "--permit", target.name])
    return Plan(
        target=target.name,
        argument=argument,
        checks=tuple(suites.values()),
        after_deploy=_suite(target, argument, "post_deploy", "is the deployment good", None, checks_from),
        cleanups=tuple(one for one in _cleanups(target, argument) if one.name not in left_out),
        left_out=left_out,
        programs=tuple(_programs(target)),
        expects_image=target.platform is not None,
        alerted=target.alerting is not None,
        switches=tuple(suite for suite in suites if target.heartbeat and target.heartbeat.variable(suite)),
        drill=drill,
    )


def _suite(
    target: Target, argument: str, suite: str, about: str, when: When | None, checks_from: tuple[str, ...]
) -> Entry:
    words = (*PYTEST, *checks_from, "-m", suite, "--target", argument)
    return Entry(suite, about, when, words, LIMIT_MINUTES[suite], tuple(_looked_up(target, suite)))


def _looked_up(target: Target, suite: str) -> Iterable[Variable]:
    parts: dict[str, list[str]] = {}
    for part, name in target.variables().items():
        parts.setdefault(name, []).append(part)
    yield from (Variable(name, ", ".join(of)) for name, of in parts.items())
    if target.runtime:
        yield Variable(target.runtime.exec_token_env, "runtime", optional=True)
    switch = target.heartbeat and target.heartbeat.variable(suite)
    if switch:
        yield Variable(switch, f"the dead man's switch of {suite}", optional=True)
    yield from (Variable(name, "alerts", optional=True) for name in target.alert_variables())
    yield Variable(HISTORY, "a history that several machines share", optional=True)


def _cleanups(target: Target, argument: str) -> Iterable[Entry]:
    times = timetable(target.name)
    days = (target.retention or RetentionPart()).days
    asked = ("--target", argument, "--yes", "--permit", target.name)
    words = {
        "retention": ("-m", "ops_tests", "retention", "--days", str(days), *asked),
        "dead-letters": ("-m", "ops_tests", "dead-letters", "cleanup", *asked),
    }
    about = {
        "retention": f"deletes recorded deliveries older than {days} days",
        "dead-letters": f"deletes dead letters replayed more than {days} days ago",
    }
    variables = tuple(_operators(target))
    for name, typed in words.items():
        yield Entry(name, about[name], times[name], typed, CLEANUP_MINUTES, variables, acts=True)


def _operators(target: Target) -> Iterable[Variable]:
    if target.database and target.database.operator_secret_env:
        yield Variable(target.database.dsn_env, "database, which counts first")
        yield Variable(target.database.operator_secret_env, "the role that deletes")
    tunnel = target.database and (target.database.proxy_token_env or (target.platform and target.platform.token_env))
    if tunnel and _proxied(target):
        yield Variable(tunnel, "database.proxy")


def _left_out(target: Target) -> dict[str, str]:
    """Why a clean-up is not in the schedule, by name."""
    if not target.database:
        return dict.fromkeys(("retention", "dead-letters"), "the target file has no [database]")
    if not target.database.operator_secret_env:
        return dict.fromkeys(
            ("retention", "dead-letters"), "database.operator_secret_env names no role that may delete"
        )
    missing = {
        "retention": _no_retention(target),
        "dead-letters": "" if target.dead_letters else "the target file has no [dead_letters]",
    }
    acts = "" if target.acts else "it deletes, and the target file does not say acts = true"
    return {name: why for name, why in ((name, lacks or acts) for name, lacks in missing.items()) if why}


def _no_retention(target: Target) -> str:
    if target.webhooks and not target.webhooks.records_deliveries:
        return "webhooks.records_deliveries is false, so that there is nothing to delete"
    return "" if target.retention else "the target file has no [retention]"


def _programs(target: Target) -> Iterable[str]:
    if target.fly or _proxied(target):
        yield "fly"
    if target.cloudflare:
        yield "wrangler"


def _proxied(target: Target) -> bool:
    return target.database is not None and target.database.via == "fly-proxy"
