"""Whom to tell, of what, and when: what was told so far and one run's checks make what is told next.

Smoke runs often and a single red of it may be a hiccup: ``smoke_k`` of its newest ``smoke_n`` runs must be red before
somebody is told, and ``smoke_n`` in a row green before it is called recovered. Every other suite is believed at once.
What this run did not look at changes nothing, waived is not told, and blind is never a recovery.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.records.alerts import Alert, Message, PastLook, Word
from ops_tests.rules.causes import Cause, causes
from ops_tests.rules.levels import worst

if TYPE_CHECKING:
    from ops_tests.alert_settings import AlertsPart, MaintenanceWindow
    from ops_tests.records.run import CheckRecord, Level

SLACK = timedelta(minutes=1)
"""A schedule is never punctual: a reminder that is due within it is sent now and not a whole interval later."""
GOOD = {"ok", "note"}
BAD = {"finding", "blind"}


@dataclass(frozen=True)
class Situation:
    """What is known when one target's part of a run has ended.

    Attributes:
        now: UTC.
        run_id: The run.
        started_at: When it began, UTC.
        suite: Its suite.
        checks: The target's checks in it.
        alerts: What fires so far.
        smoke: What the same checks came to in the newest smoke runs, this one included if it is one; any order.
        rules: Who is told, when.
        held: Why nobody is told now (maintenance, a deploy), or "".
        failing: Routes that have just failed: nobody is told by them that alerts are not delivered.
    """

    now: datetime
    run_id: str
    started_at: datetime
    suite: str
    checks: Sequence[CheckRecord]
    alerts: Sequence[Alert]
    rules: AlertsPart
    smoke: Sequence[PastLook] = ()
    held: str = ""
    failing: frozenset[str] = field(default_factory=frozenset)


def maintenance(windows: Iterable[MaintenanceWindow], now: datetime) -> str:
    """The window that holds alerts at a moment, as a phrase, or ""."""
    open_now = [one for one in windows if one.begin <= now < one.until]
    return f"maintenance until {open_now[0].until:%Y-%m-%d %H:%M %Z}: {open_now[0].reason}" if open_now else ""


def judge(situation: Situation) -> tuple[list[Alert], list[Message]]:
    """The alerts that this run opened, kept or ended, and what is to be told, worst first, what ended last."""
    troubles = _troubles(situation.checks)
    kept = {alert.key: _seen_again(alert, troubles, situation) for alert in situation.alerts}
    ended = {key: word for key, alert in kept.items() if (word := _ending(alert, situation))}
    opened = [
        _opened(trouble, situation)
        for key, trouble in troubles.items()
        if key not in kept and not _counted_already(trouble, kept.values(), situation) and _believed(trouble, situation)
    ]
    told, messages = [], []
    for alert in [*opened, *(alert for key, alert in kept.items() if key not in ended)]:
        now_told, message = _told(alert, situation, present=alert.key in troubles)
        told.append(now_told)
        messages += message
    for key, word in ended.items():
        alert = replace(kept[key], firing=False, ended_at=_ended_at(kept[key], situation))
        told.append(alert)
        messages += [Message(alert, word, alert.told)] if alert.told else []
    return told, messages


def unremembered(situation: Situation) -> list[Message]:
    """What to tell where the history cannot be read: everything wrong, at once, since nobody knows what was told."""
    opened = [_opened(one, situation) for one in _troubles(situation.checks).values()]
    return [message for one in opened for message in _told(one, situation, present=True)[1]]


@dataclass(frozen=True)
class _Trouble:
    """A cause, with the causes that are the same check on other endpoints."""

    key: str
    members: tuple[CheckRecord, ...]
    follows: tuple[CheckRecord, ...]


def bare(check: str) -> str:
    """A check's id without its parameters."""
    return check.partition("[")[0]


def _troubles(checks: Iterable[CheckRecord]) -> dict[str, _Trouble]:
    """What is wrong by key, worst first."""
    by_key: dict[str, list[Cause]] = defaultdict(list)
    for cause in causes(checks):
        by_key[f"{cause.root.outcome}:{bare(cause.root.check)}"].append(cause)
    return {
        key: _Trouble(key, tuple(one.root for one in same), tuple(check for one in same for check in one.follows))
        for key, same in by_key.items()
    }


def _opened(trouble: _Trouble, situation: Situation) -> Alert:
    members = tuple(check.check for check in trouble.members)
    reds = [one.started_at for one in _looks(situation, members) if one.outcome in BAD]
    return Alert(
        key=trouble.key,
        level=worst(check.level for check in trouble.members),
        since=min([*reds, situation.started_at]) if situation.suite == "smoke" else situation.started_at,
        opened_at=situation.now,
        last_red_at=situation.started_at,
        run_id=situation.run_id,
        members=members,
        follows=tuple(check.check for check in trouble.follows),
    )


def _believed(trouble: _Trouble, situation: Situation) -> bool:
    """Whether enough of the newest smoke runs agree; any other suite is believed at once."""
    if situation.suite != "smoke":
        return True
    return any(
        sum(look.outcome in BAD for look in _looks(situation, (check.check,))) >= situation.rules.smoke_k
        for check in trouble.members
    )


def _looks(situation: Situation, members: Sequence[str]) -> list[PastLook]:
    """What the newest smoke runs saw of some checks, no more runs than ``smoke_n``."""
    runs = sorted({one.started_at for one in situation.smoke}, reverse=True)[: situation.rules.smoke_n]
    return [one for one in situation.smoke if one.started_at in runs and one.check in members]


def _counted_already(trouble: _Trouble, alerts: Iterable[Alert], situation: Situation) -> bool:
    """Whether a firing alert has counted it, and what was wrong there still is: one message told of both."""
    names, kind = {check.check for check in trouble.members}, trouble.key.partition(":")[0]
    return any(
        alert.kind == kind and names <= set(alert.follows) and alert.last_red_at == situation.started_at
        for alert in alerts
    )


def _seen_again(alert: Alert, troubles: Mapping[str, _Trouble], situation: Situation) -> Alert:
    """The alert after this run, where the run saw the same trouble, be it as a root or as what follows from one."""
    red = [one for one in situation.checks if one.outcome == alert.kind and bare(one.check) == alert.check]
    if not red:
        return alert
    follows = [check.check for check in troubles[alert.key].follows] if alert.key in troubles else []
    return replace(
        alert,
        last_red_at=situation.started_at,
        members=tuple(dict.fromkeys([*alert.members, *(one.check for one in red)])),
        follows=tuple(dict.fromkeys([*alert.follows, *follows])),
    )


def _ending(alert: Alert, situation: Situation) -> Word | None:
    """How this run ends the alert, or None: it needs every check of it, looked at and good, by smoke often enough."""
    seen = {one.check: one.outcome for one in situation.checks}
    outcomes = [seen.get(member, "not applicable") for member in alert.members]
    good = GOOD | ({"finding", "waived"} if alert.kind == "blind" else {"waived"})
    if not set(outcomes) <= good:
        return None
    if "waived" in outcomes and alert.kind == "finding":
        return "waived"
    return "recovered" if _held_long_enough(alert, good, situation) else None


def _held_long_enough(alert: Alert, good: set[str], situation: Situation) -> bool:
    if situation.suite != "smoke":
        return True
    looks = [one for one in _looks(situation, alert.members) if one.started_at > alert.last_red_at]
    runs = {one.started_at for one in looks}
    return len(runs) >= situation.rules.smoke_n and all(one.outcome in good for one in looks)


def _ended_at(alert: Alert, situation: Situation) -> datetime:
    """The first look at which it was over; that others had to agree does not lengthen it."""
    looks = [one.started_at for one in _looks(situation, alert.members) if one.started_at > alert.last_red_at]
    return min([*looks, situation.started_at])


def _told(alert: Alert, situation: Situation, *, present: bool) -> tuple[Alert, list[Message]]:
    """What is told of an alert that fires, and the alert after that."""
    level = _level(alert, situation)
    risen = bool(level and alert.level and level > alert.level)
    candidate = replace(alert, level=max(filter(None, (level, alert.level)), default=None))
    if situation.held or not present:  # a level that nobody was told of must be news afterwards
        return (candidate if alert.last_sent_at is None else alert), []
    at_once = _routes(candidate, situation, late=False)
    late = tuple(one for one in _routes(candidate, situation, late=True) if one not in alert.told)
    if alert.last_sent_at is None:
        return _send(candidate, "new", (*at_once, *late), situation)
    if risen:
        return _send(candidate, "worse", (*alert.told, *at_once, *late), situation, alert.level)
    if late and not alert.acknowledged_at:
        told = replace(candidate, told=(*alert.told, *late))
        return told, [Message(told, "escalated", late)]
    if not alert.acknowledged_at and situation.now - alert.last_sent_at >= _interval(candidate, situation.rules):
        return _send(candidate, "still", alert.told, situation)
    return candidate, []


def _send(
    alert: Alert, word: Word, routes: Sequence[str], situation: Situation, was: Level | None = None
) -> tuple[Alert, list[Message]]:
    """The alert as told, and its message; being told of worse takes back that somebody had acknowledged it."""
    names = tuple(dict.fromkeys(routes))
    acknowledged_at = None if word == "worse" else alert.acknowledged_at
    told = tuple(dict.fromkeys((*alert.told, *names)))
    after = replace(alert, told=told, last_sent_at=situation.now, acknowledged_at=acknowledged_at)
    return after, [Message(after, word, names, was)] if names else []


def _level(alert: Alert, situation: Situation) -> Level | None:
    return worst(one.level for one in situation.checks if one.outcome == alert.kind and bare(one.check) == alert.check)


def _routes(alert: Alert, situation: Situation, *, late: bool) -> tuple[str, ...]:
    """The routes that take this alert: those that are told at once, or those that wait and have waited long enough."""
    return tuple(_taking(alert, situation, late=late))


def _taking(alert: Alert, situation: Situation, *, late: bool) -> Iterator[str]:
    waited = situation.now - alert.opened_at + SLACK
    for route in situation.rules.routes:
        due = waited >= timedelta(minutes=route.after_minutes) if late else True
        undelivered = alert.check == UNDELIVERED and route.url_env in situation.failing
        if alert.severity in route.levels and bool(route.after_minutes) == late and due and not undelivered:
            yield route.url_env


def _interval(alert: Alert, rules: AlertsPart) -> timedelta:
    return timedelta(hours=getattr(rules.repeat_hours, alert.severity)) - SLACK


UNDELIVERED = "alerts/alerts_are_delivered"
"""The check that a run makes of its own alerts."""
