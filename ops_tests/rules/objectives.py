"""The service level objectives: what a run and the history before it make of each.

Those that a check judges are told in the words of its newest record. Uptime, recovery and the time until somebody was
told follow from the history, and are no verdict where it tells too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.limits import Limit, fixed
from ops_tests.records.objective import Objective, ObjectiveOutcome
from ops_tests.rules.probes import Outage, Probe, Uptime, Window, outages, uptime
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Measurement

WINDOW = timedelta(days=30)
UPTIME = Limit(value=99.9, unit="%", at_least=True)
RECOVERY = fixed(5, "min")
RESPONSE = fixed(15, "min")
ENOUGH = 0.9
"""Uptime is called good only when so much of the window is known; a budget that is overdrawn is so at once."""
HEALTH = "availability/health_answers_200"
"""The check whose records are the probes."""
UP = frozenset({"ok", "note"})
"""A waiver excuses an outage and does not undo it."""
NO_HISTORY = "the history tells nothing of this target; expected the smoke runs of 30 days. Next: let cron run smoke"


@dataclass(frozen=True)
class Judged:
    """An objective that a check judges.

    Attributes:
        id: ``slo-errors``.
        title: What it is about.
        part: The part of the target file, or a key of it, without which it does not apply.
        check: The check.
        measurement: Which of the check's measurements.
        window: The time it speaks of.
    """

    id: str
    title: str
    part: str
    check: str
    measurement: int = 0
    window: str = "now"


BY_CHECK = (
    *(
        Judged(f"slo-webhook-{name}", f"webhook responses, {name}", "webhooks",
               f"webhooks/{name}_of_webhook_delivery_is_within_the_objective", window="since the release")
        for name in ("p95", "p99")
    ),
    Judged("slo-api", "API responses, p95", "latency_paths", "availability/api_answers_within_the_objective"),
    Judged("slo-health", "health answers", "health", "availability/health_answers_in_time"),
    Judged("slo-delivery", "failed deliveries", "dead_letters",
           "dead_letters/failed_deliveries_are_within_the_objective", window="30 d or the retention"),
    Judged("slo-errors", "failed requests", "metrics", "traffic/error_rate_is_within_the_objective", window="24 h"),
    Judged("slo-resources-cpu", "CPU in use", "metrics.org", "traffic/cpu_and_memory_have_room", window="24 h"),
    Judged("slo-resources-memory", "memory in use", "metrics.org", "traffic/cpu_and_memory_have_room", 1, "24 h"),
    Judged("slo-resources-connections", "database connections in use", "database", "database/connections_have_room"),
    Judged("slo-dead-letter-age", "oldest dead letter", "dead_letters", "dead_letters/no_dead_letter_waits_too_long"),
)  # fmt: skip
_WITH_BUDGET = {"slo-delivery", "slo-errors"}
CHECKS = tuple(dict.fromkeys(one.check for one in BY_CHECK))


@dataclass(frozen=True)
class Past:
    """What the history knows of a target that objectives rest on, this run included.

    Attributes:
        newest: By check, its newest record.
        probes: What the health check found, in the order of time.
        responses: First red of each alert, and when somebody was told: None where nobody was yet.
        parts: The parts of the target's file.
        remembers: Whether there can be a past: every embedded sandbox is another system.
    """

    newest: Mapping[str, CheckRecord]
    probes: Sequence[Probe]
    responses: Sequence[tuple[datetime, datetime | None]]
    parts: frozenset[str]
    remembers: bool = True


def objectives(target: str, past: Past, maintenance: Iterable[Window], now: datetime) -> list[Objective]:
    """Every objective of a target; those that do not apply are not there."""
    windows = list(maintenance)
    asked = [one for one in BY_CHECK if one.part in past.parts or one.check in past.newest]
    told = [_of_check(target, one, past.newest.get(one.check), now) for one in asked]
    from_history = [
        up(target, past.probes, windows, now),
        recovery(target, past.probes, windows, now),
        response(target, past, windows, now),
    ]
    applying = [one for one in told if one.outcome != "not applicable"]
    return applying + ([one for one in from_history if one.outcome != "not applicable"] if past.remembers else [])


def _of_check(target: str, one: Judged, record: CheckRecord | None, now: datetime) -> Objective:
    named = {"id": one.id, "title": one.title, "target": target, "window": one.window}
    if record is None:
        return Objective(**named, outcome="gap", sentence=f"no run of {one.check} within {duration(_seconds(WINDOW))}")
    outcome: ObjectiveOutcome = "finding" if record.outcome == "waived" else record.outcome
    age = now - (record.started_at or now)
    words = [record.sentence or next(iter(record.notes), "")]
    words += [f"as of {record.started_at:%Y-%m-%d %H:%M}Z"] if age > timedelta(hours=1) else []
    sentence = "; ".join(filter(None, words))
    found = record.measurements[one.measurement : one.measurement + 1]
    if outcome in {"blind", "not applicable"} or not found:
        return Objective(**named, outcome=outcome, sentence=sentence)
    return Objective(**named, outcome=outcome, sentence=sentence, **_measured(found[0], one.id))


def _measured(found: Measurement, name: str) -> dict[str, object]:
    budget = 100 * (1 - found.value / found.limit) if name in _WITH_BUDGET and found.limit else None
    unit = found.unit.split(" of ")[0]
    return {"value": found.value, "unit": unit, "limit": found.limit, "samples": found.samples,
            "budget_left_percent": budget}  # fmt: skip


def up(target: str, probes: Sequence[Probe], maintenance: Sequence[Window], now: datetime) -> Objective:
    """Uptime over 30 days; what nobody saw is neither up nor down."""
    seen = uptime(probes, now - WINDOW, now, maintenance)
    named = {"id": "slo-uptime", "title": "uptime", "target": target, "window": "30 d", "unit": "%",
             "limit": UPTIME.value, "samples": seen.probes}  # fmt: skip
    if not seen.known:
        return Objective(**named, outcome="gap", sentence=NO_HISTORY)
    allowed = seen.wanted * (1 - UPTIME.value / 100)
    left = allowed - (seen.down_at_least + seen.down_at_most) / 2
    outcome = _uptime_outcome(seen, allowed)
    settled = outcome == "finding" or seen.known >= ENOUGH * seen.wanted
    return Objective(
        **named,
        outcome=outcome,
        value=round(100 * (1 - (allowed - left) / seen.known), 4),
        budget_left_percent=round(100 * (left / allowed), 1) if allowed and settled else None,
        sentence=(
            f"{'' if settled else 'too little is known yet: '}"
            f"down for {_span(seen.down_at_least, seen.down_at_most)} of {_minutes(allowed):.1f} min allowed, "
            f"{_minutes(left):.1f} min left; {100 * (seen.known / seen.wanted):.0f} % of the time is known, "
            f"expected {100 * ENOUGH:.0f} % to call it good"
        ),
    )


def _uptime_outcome(seen: Uptime, allowed: timedelta) -> ObjectiveOutcome:
    if seen.down_at_least > allowed:
        return "finding"
    return "ok" if seen.down_at_most <= allowed and seen.known >= ENOUGH * seen.wanted else "note"


def recovery(target: str, probes: Sequence[Probe], maintenance: Sequence[Window], now: datetime) -> Objective:
    """The mean time to recovery of 30 days, judged on the lower end of what the probes around each outage allow."""
    found = outages(probes, maintenance)
    named = {"id": "slo-mttr", "title": "mean time to recovery", "target": target, "window": "30 d", "unit": "min",
             "limit": RECOVERY.value, "samples": len(found)}  # fmt: skip
    seen = uptime(probes, now - WINDOW, now, maintenance)
    if not seen.known and not found:
        return Objective(**named, outcome="gap", sentence=NO_HISTORY)
    if not found:
        enough = seen.known >= ENOUGH * seen.wanted
        known = f"no outage was seen in the {100 * (seen.known / seen.wanted):.0f} % of the time that is known"
        return Objective(**named, outcome="ok" if enough else "note", sentence=known)
    low = _minutes(sum((one.at_least for one in found), timedelta())) / len(found)
    high = _mean_at_most(found)
    outcome: ObjectiveOutcome = "finding" if low > RECOVERY.value else "note"
    if high is not None and high <= RECOVERY.value and all(one.over for one in found):
        outcome = "ok"
    most = "an unknown time" if high is None else f"{high:.1f} min"
    newest = f"the newest {'began' if found[-1].over else 'lasts since'} {found[-1].since:%Y-%m-%d %H:%M}Z"
    said = f"{len(found)} {'outage' if len(found) == 1 else 'outages'} of {low:.1f} min to {most} on average; {newest}"
    return Objective(**named, outcome=outcome, value=round(low, 2), sentence=said)


def _mean_at_most(found: Sequence[Outage]) -> float | None:
    lengths = [one.at_most for one in found if one.at_most is not None]
    return _minutes(sum(lengths, timedelta())) / len(found) if len(lengths) == len(found) else None


def response(target: str, past: Past, maintenance: Sequence[Window], now: datetime) -> Objective:
    """The longest time of 30 days from the first red to a message that was delivered."""
    named = {"id": "slo-incident-response", "title": "first red until somebody was told", "target": target,
             "window": "30 d", "unit": "min", "limit": RESPONSE.value, "samples": len(past.responses)}  # fmt: skip
    if "alerts" not in past.parts:
        return Objective(**named, outcome="not applicable", sentence="nobody is told of this target's troubles")
    if not past.responses:
        return Objective(**named, outcome="gap", sentence="nobody had to be told of anything")
    waits = [(_minutes(_waited(red, told or now, maintenance)), red, told) for red, told in past.responses]
    longest, red, told = max(waits, key=lambda one: one[0])
    late = sum(wait > RESPONSE.value for wait, _, _ in waits)
    outcome: ObjectiveOutcome = "finding" if late else "ok"
    ended = "" if told else " and waits still"
    said = f"{late} of {len(waits)} took longer than allowed; the longest began {red:%Y-%m-%d %H:%M}Z{ended}"
    return Objective(**named, outcome=outcome, value=round(longest, 2), sentence=said)


def _waited(red: datetime, told: datetime, maintenance: Iterable[Window]) -> timedelta:
    """From the first red to the message; what was held in a maintenance window waits from its end."""
    ends = [until for begin, until in maintenance if begin <= red < until]
    return max(told - max([red, *ends]), timedelta())


def require_known(one: Objective) -> None:
    """Blind where the history tells nothing at all.

    Raises:
        NotCovered: It does not.
    """
    if one.outcome == "gap":
        raise NotCovered(one.sentence)


def reached(one: Objective) -> float:
    """What was measured; 0 where there was nothing to measure, which ``unsettled`` then tells."""
    return one.value or 0.0


def missed(one: Objective) -> list[str]:
    """The objective in words when it is missed, else nothing."""
    return [f"{one.title} of {one.window}: {reached(one):.5g} {one.unit} ({one.sentence})"] * (one.outcome == "finding")


def unsettled(one: Objective) -> list[str]:
    """A note with the numbers where they decide nothing."""
    return [f"undecided: {one.sentence}"] if one.outcome in {"note", "gap"} else []


def _minutes(span: timedelta) -> float:
    return _seconds(span) / 60


def _seconds(span: timedelta) -> float:
    return span.total_seconds()


def _span(low: timedelta, high: timedelta) -> str:
    return f"{_minutes(low):.1f} min" if low == high else f"{_minutes(low):.1f} to {_minutes(high):.1f} min"
