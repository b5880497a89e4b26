"""What an alert says: a title that a watch can show, and below it what to know and what to type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.records.alerts import ENDING, Alert, Letter, Message
from ops_tests.rules.causes import counted
from ops_tests.rules.verdict import worst_first
from ops_tests.rules.wording import duration, excerpt, listed, runbook_section

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord
    from ops_tests.target_parts import SeverityWords

LONGEST_SENTENCE = 600


def title(message: Message, target: str, now: datetime, words: SeverityWords) -> str:
    """``[L3 critical] shop: FAILED: health answers 200``, with what became of it."""
    alert = message.alert
    severity = f"{alert.severity} {words.of(alert.severity)}".strip()
    lasted = duration(((alert.ended_at or now) - alert.since).total_seconds())
    mark, after = {
        "new": (severity, ""),
        "worse": (f"{severity}, was {message.was}", ""),
        "still": (severity, f" (still, after {lasted})"),
        "escalated": (severity, f" (nobody acknowledged it in {lasted})"),
        "recovered": (
            "recovered",
            f" ({'it could not be looked at' if alert.kind == 'blind' else 'red'} for {lasted})",
        ),
        "waived": ("waived", f" (red for {lasted})"),
    }[message.word]
    failed = "" if message.word in ENDING else "NOBODY COULD LOOK: " if alert.kind == "blind" else "FAILED: "
    return f"[{mark}] {target}: {failed}{_claim(alert)}{after}"


def _claim(alert: Alert) -> str:
    several = f" ({len(alert.members)} of them)" if len(alert.members) > 1 else ""
    return alert.check.rpartition("/")[2].replace("_", " ") + several


def body(message: Message, argument: str, checks: Sequence[CheckRecord], report: str) -> str:
    """What was seen, since when, what follows, the runbook's section, the next command, the report.

    ``argument`` is what follows ``--target`` in that command.
    """
    alert = message.alert
    own = worst_first(check for check in checks if check.check in alert.members)
    first = own[0] if own else None
    report_line = f"Report: {report}" if report else ""
    if message.word in ENDING:
        over = [*_over(message, first), f"First seen: {alert.since:%Y-%m-%d %H:%M:%S} UTC", report_line]
        return "\n".join(filter(None, over))
    told, _, remedy = (first.sentence if first else "").partition(" Next: ")
    command = f"pytest -k {alert.check.rpartition('/')[2]} --target {argument}"
    lines = [
        "We could not look; this says nothing about the system itself." if alert.kind == "blind" else "",
        excerpt(told, LONGEST_SENTENCE),
        f"Since: {alert.since:%Y-%m-%d %H:%M:%S} UTC",
        _following(alert),
        f"Runbook: {runbook_section(first)}" if first and first.anchor else "",
        f"Next: {remedy}" if remedy else "",
        "" if alert.check.startswith("alerts/") else f"{'Then' if remedy else 'Next'}: {command}",
        report_line,
    ]
    return "\n".join(filter(None, lines))


def _over(message: Message, first: CheckRecord | None) -> list[str]:
    """What ended the alert."""
    if message.word == "waived":
        return [f"It is {first.waiver}." if first and first.waiver else "It is waived."]
    return ["It could be looked at again." if message.alert.kind == "blind" else "It holds again."]


def _following(alert: Alert) -> str:
    return f"{counted(len(alert.follows), alert.kind)}: {listed(alert.follows, 5)}" if alert.follows else ""


def late(letter: Letter) -> str:
    """The body of a letter, with the word that it comes late when it was tried before."""
    made = f"{letter.created_at:%Y-%m-%d %H:%M:%S} UTC"
    return f"{letter.body}\nLate: of {made}, and could not be delivered until now." if letter.attempts else letter.body


def without_history(text: str, why: str) -> str:
    """The body of an alert that was sent although nobody knows what was told before."""
    return (
        f"{text}\nThe history cannot be read ({why}), so whether this is new, since when, and who was told is not "
        "known; until it can be read every run tells it again."
    )


def test_command(argument: str) -> str:
    """What to type to try every route of a target."""
    return f"python -m ops_tests alerts test --target {argument}"


def undelivered(waiting: Sequence[Letter], now: datetime, argument: str) -> str:
    """The sentence of messages that reached nobody, or ""; ``argument`` is what follows ``--target``."""
    if not waiting:
        return ""
    oldest = min(one.created_at for one in waiting)
    by_route: Mapping[str, str] = {one.route: one.last_error for one in waiting}
    routes = listed(f"{route} ({said or 'not tried yet'})" for route, said in by_route.items())
    plural = "message waits" if len(waiting) == 1 else "messages wait"
    age = duration((now - oldest).total_seconds())
    return (
        f"{len(waiting)} {plural}, the oldest for {age}, not delivered by {routes};"
        f" expected every alert to reach somebody by the next run. Next: {test_command(argument)}"
    )


def _reached(alert: Alert, waiting: Sequence[Letter]) -> list[str]:
    """The routes that have delivered all there was to tell of it."""
    pending = {one.route for one in waiting if one.key == alert.key}
    return [route for route in alert.told if route not in pending]


def summary(alerts: Sequence[Alert], waiting: Sequence[Letter], now: datetime) -> list[str]:
    """What fires and what waits, as lines for a terminal."""
    lines = [
        f"firing {one.severity:5} {one.check} since {one.since:%Y-%m-%d %H:%M} UTC, "
        f"told {', '.join(_reached(one, waiting)) or 'nobody yet'}" + (", acknowledged" if one.acknowledged_at else "")
        for one in sorted(alerts, key=lambda one: (one.severity == "blind", -ord(one.severity[-1]), one.key))
    ]
    lines += [
        f"waits  {one.title} for {one.route} since {duration((now - one.created_at).total_seconds())}, "
        f"tried {one.attempts} x{f': {one.last_error}' if one.last_error else ''}"
        for one in waiting
    ]
    return lines or ["nothing fires and nothing waits"]
