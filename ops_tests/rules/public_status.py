"""The service as its users see it: a few parts in plain words, and nothing of what stands behind them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from ops_tests.records.run import CheckRecord, Level
from ops_tests.rules.lateness import EVERY
from ops_tests.rules.objectives import ENOUGH, WINDOW
from ops_tests.rules.probes import Probe, Window, uptime

if TYPE_CHECKING:
    from ops_tests.alert_settings import MaintenanceWindow

State = Literal["operational", "degraded", "outage", "unknown"]
STATES: tuple[State, ...] = ("outage", "degraded", "unknown", "operational")
"""The worst first."""
ALWAYS = "Application"
PARTS = {
    ALWAYS: (
        "availability/health_answers_200",
        "availability/health_body_says_healthy",
        "availability/health_answers_in_time",
        "availability/certificate_is_valid_and_not_near_its_end",
        "availability/other_pages_answer",
    ),
    "Event processing": (
        "webhooks/webhook_accepts_a_signed_delivery",
        "webhooks/signed_delivery_has_its_documented_effect",
        "dead_letters/no_unprocessed_dead_letters",
    ),
    "Data": ("database/database_answers",),
}
"""What users know of the service, and the checks that look at it."""
NOT_FELT = frozenset({"availability/certificate_is_valid_and_not_near_its_end"})
"""Below L3 these are a warning to us alone: a certificate that nears its end is still one."""


@dataclass(frozen=True)
class ServicePart:
    """A part of the service in plain words, its state, and when it was last looked at (UTC, or None)."""

    name: str
    state: State
    looked_at: datetime | None


def parts(checks: Iterable[CheckRecord], now: datetime) -> list[ServicePart]:
    """The parts of the service; those that nobody has ever looked at are left out, but for the application itself.

    Args:
        checks: The newest record of each check.
        now: UTC.
    """
    judged = [check for check in checks if check.outcome != "not applicable"]
    seen = {name: [one for one in judged if one.check.partition("[")[0] in ids] for name, ids in PARTS.items()}
    return [_part(name, looks, now) for name, looks in seen.items() if looks or name == ALWAYS]


def _part(name: str, looks: Sequence[CheckRecord], now: datetime) -> ServicePart:
    fresh = [look for look in looks if _fresh(look, now)]
    states = {_state(look) for look in fresh} or {"unknown"}
    looked_at = max((look.started_at for look in fresh if look.started_at), default=None)
    return ServicePart(name, next(state for state in STATES if state in states), looked_at)


def _fresh(look: CheckRecord, now: datetime) -> bool:
    """Whether the look is no older than the schedule of the check's most frequent suite allows."""
    allowed = [sum(EVERY[suite], timedelta()) for suite in look.suites if suite in EVERY]
    return bool(allowed and look.started_at) and now - (look.started_at or now) <= min(allowed)


def _state(look: CheckRecord) -> State:
    if look.outcome == "blind":
        return "unknown"
    if look.outcome in {"ok", "note"}:
        return "operational"
    if look.level == Level.L3:
        return "outage"
    return "operational" if look.check in NOT_FELT else "degraded"  # waived too: a waiver excuses and does not mend


def overall(found: Sequence[ServicePart]) -> State:
    """The worst of the parts."""
    return next(state for state in STATES if any(part.state == state for part in found))


def uptime_percent(probes: Sequence[Probe], maintenance: Iterable[Window], now: datetime) -> float | None:
    """Uptime over 30 days, maintenance left out, never rounded up; None where less than 90 % of the time is known."""
    seen = uptime(probes, now - WINDOW, now, maintenance)
    if not seen.known or seen.known < ENOUGH * seen.wanted:
        return None
    down = (seen.down_at_least + seen.down_at_most) / 2
    return math.floor(10_000 * (1 - down / seen.known)) / 100


def planned(windows: Iterable[MaintenanceWindow], now: datetime) -> list[MaintenanceWindow]:
    """What is being worked on or will be, the next first."""
    return sorted((one for one in windows if one.until > now), key=lambda one: one.begin)
