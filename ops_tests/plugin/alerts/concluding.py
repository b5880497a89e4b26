"""What a run does about alerts at its end: deliver what waited, look what is left, then judge and tell what is new."""

from __future__ import annotations

import platform
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.alerts import memory, outbox
from ops_tests.plugin.alerts.delivering import Delivery, at_once, deliver, straight
from ops_tests.plugin.history.store import Store, visit
from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.plugin.naming import argument
from ops_tests.plugin.placing import stem_of
from ops_tests.plugin.state import Run, run_of
from ops_tests.records.alerts import Letter, Message
from ops_tests.records.run import CheckRecord, Level, Measurement, RunRecord
from ops_tests.rules import alert_wording, alerting

if TYPE_CHECKING:
    from ops_tests.alert_settings import AlertsPart
    from ops_tests.target import Target

_DELIVERIES = pytest.StashKey[dict[str, Delivery]]()
ANCHOR = "alerts.md#alerts-are-delivered"


def deliver_what_waited(config: pytest.Config, run: Run) -> None:
    """Before the verdict: retry what earlier runs could not deliver; what still waits is a finding of this run."""
    told = [target for target in run.targets.values() if target.alerting]
    for target in told:
        run.complaints += _unusable(target).values()
    stem_of(config)  # makes the folder
    config.stash[_DELIVERIES] = {target.name: _delivery(config, run, target) for target in told}
    deliveries = list(config.stash[_DELIVERIES].values())
    try:
        deliver(deliveries)
        waiting = [visit(one.place, partial(outbox.undelivered, target=one.target)) for one in deliveries]
    except (HistoryUnavailable, OSError):
        return  # said when the run cannot be kept, and by every alert
    run.own += [own_check(run, target, letters) for target, letters in zip(told, waiting, strict=True)]


def _delivery(config: pytest.Config, run: Run, target: Target) -> Delivery:
    return Delivery(target.name, target.alert_urls(), config.rootpath, redactor_of(config, run).text)


def _unusable(target: Target) -> dict[str, str]:
    """By route that can reach nobody, why and what to do."""
    urls = target.alert_urls()
    unset = [name for name in target.alert_variables() if name not in urls]
    odd = [name for name, url in urls.items() if "://" not in url.reveal()]
    why = dict.fromkeys(unset, "it is not set; put it into the environment or .env")
    why |= dict.fromkeys(odd, "it is no URL like slack://...; correct it")
    return {name: f"nobody on {target.name} is told by {name}: {said}" for name, said in sorted(why.items())}


def own_check(run: Run, target: Target, waiting: Sequence[Letter]) -> CheckRecord:
    """The record of the check that a run makes of its own alerts; blind where no route can reach anybody."""
    unusable = _unusable(target)
    deaf = len(unusable) == len(target.alert_variables())
    level = Level.L2 if waiting else None
    sentence = alert_wording.undelivered(waiting, datetime.now(UTC), argument(run, target))
    return CheckRecord(
        target=target.name, check=alerting.UNDELIVERED, subject="alerts", suites=(run.settings.suite,), anchor=ANCHOR,
        claim="Every alert of earlier runs has reached somebody, and somebody can be reached.",
        outcome="finding" if waiting else "blind" if deaf else "note" if unusable else "ok", level=level,
        sentence=sentence or ("; ".join(unusable.values()) if deaf else ""), started_at=run.started_at,
        notes=() if deaf else tuple(unusable.values()),
        measurements=(Measurement(value=len(waiting), unit="messages", limit=0, key="", level=level),),
    )  # fmt: skip


def tell(config: pytest.Config, run: Run) -> None:
    """After the run is in the history: judge what is new, store it, send it; every failure is a complaint."""
    remembered, unremembered = [], []
    for target in run.targets.values():
        if run.final is None or target.alerting is None:
            continue
        held = _held(run, target)
        run.complaints += [f"alerts on {target.name} are held: {held}"] if held else []
        delivery = config.stash[_DELIVERIES][target.name]
        situation = _situation(run.final, target, target.alerting, held)
        try:
            _remember(config, situation, target, delivery)
            remembered.append(delivery)
        except (HistoryUnavailable, OSError) as error:
            unremembered += straight(delivery, _unremembered(config, situation, target, delivery.clean(str(error))))
    at_once(unremembered)
    try:
        deliver(remembered)
    except (HistoryUnavailable, OSError) as error:
        run.complaints.append(f"alerts wait for the next run: {error}")
    for delivery in config.stash[_DELIVERIES].values():
        run.complaints += _told(delivery)


def _held(run: Run, target: Target) -> str:
    return alerting.maintenance(target.maintenance, datetime.now(UTC)) or run.deploying.get(target.name, "")


def _situation(record: RunRecord, target: Target, rules: AlertsPart, held: str) -> alerting.Situation:
    checks = [check for check in record.checks if check.target == target.name]
    return alerting.Situation(
        now=datetime.now(UTC), run_id=record.run_id, started_at=record.started_at, suite=record.suite, checks=checks,
        alerts=(), rules=rules, held=held,
    )  # fmt: skip


def _remember(config: pytest.Config, situation: alerting.Situation, target: Target, delivery: Delivery) -> None:
    """Judge with what is known of earlier runs, in one transaction with the letters that come of it."""

    def judge(history: Store) -> None:
        memory.alone(history)
        waiting = outbox.undelivered(history, target.name)
        known = replace(
            situation,
            alerts=memory.firing(history, target.name),
            smoke=memory.smoke_looks(history, target.name, situation.rules.smoke_n),
            failing=frozenset(delivery.failing) | {letter.route for letter in waiting} | _unusable(target).keys(),
        )
        alerts, messages = alerting.judge(known)
        memory.keep(history, target.name, alerts)
        outbox.post(history, _letters(config, known, target, messages))
        outbox.sweep(history, known.now)

    visit(delivery.place, judge)


def _unremembered(config: pytest.Config, situation: alerting.Situation, target: Target, why: str) -> list[Letter]:
    """Everything that is wrong, since nobody can say what was told before."""
    letters = _letters(config, situation, target, alerting.unremembered(situation))
    return [replace(letter, body=alert_wording.without_history(letter.body, why)) for letter in letters]


def _letters(
    config: pytest.Config, situation: alerting.Situation, target: Target, messages: Sequence[Message]
) -> list[Letter]:
    """One letter for each route of each message."""
    stem, run = stem_of(config), run_of(config)
    again = argument(run, target) if run else target.name
    report = f"{platform.node()}:{stem.with_suffix('.html')}" if stem else ""
    return [
        Letter(
            id=secrets.token_hex(8),
            target=target.name,
            key=message.alert.key,
            run_id=situation.run_id,
            route=route,
            word=message.word,
            level=message.alert.severity,
            title=alert_wording.title(message, target.name, situation.now, target.severity_words),
            body=alert_wording.body(message, again, situation.checks, report),
            since=message.alert.since,
            created_at=situation.now,
        )
        for message in messages
        for route in message.routes
    ]


def _told(delivery: Delivery) -> list[str]:
    """What was told and what was not, a line each."""
    by_title: dict[str, list[str]] = {}
    for letter in delivery.sent:
        by_title.setdefault(letter.title, []).append(letter.route)
    return [
        *(f"told {', '.join(routes)}: {title}" for title, routes in by_title.items()),
        *(f"{route} could not be told: {said}; the next run tries again" for route, said in delivery.failing.items()),
    ]
