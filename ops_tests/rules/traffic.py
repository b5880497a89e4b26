"""Judging a day of real traffic: how many requests failed, and how long they took where the platform tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ops_tests.records.metrics import Invocations, Traffic
from ops_tests.rules.wording import listed, quantity

if TYPE_CHECKING:
    from ops_tests.limits import Limit, Limits

Day = Traffic | Invocations
LEAST_ERRORS_EXPECTED = 3
"""So many errors the fewest requests that decide have at the objective: 600 for 0.5 %, 3,000 for 0.1 %."""


def requests(traffic: Day) -> float:
    """How many responses or invocations there were."""
    return sum((traffic.by_status if isinstance(traffic, Invocations) else traffic.responses).values())


def failed(traffic: Day) -> float:
    """How many failed: responses of 5xx, which are the application's or the proxy's fault; a Worker's errors."""
    if isinstance(traffic, Invocations):
        return traffic.errors
    return sum(count for status, count in traffic.responses.items() if status >= 500)


def counted(traffic: Day) -> str:
    """Failed ones and all, as they stand in a sentence."""
    about = "about " if isinstance(traffic, Invocations) else ""
    return f"{about}{failed(traffic):.0f} of {requests(traffic):.0f} requests in {traffic.hours} h"


def error_percent(traffic: Day) -> float:
    """The share of failed ones in %; 0 without any request."""
    total = requests(traffic)
    return 100 * failed(traffic) / total if total else 0.0


def fewest(limit: Limit) -> float:
    """The fewest requests that may decide whether the objective is met."""
    return 100 * LEAST_ERRORS_EXPECTED / limit.value if limit.value else 1.0


def decided(traffic: Day, limit: Limit) -> float:
    """The share of errors where there were enough requests to judge it, else 0, which ``undecided`` then tells."""
    return error_percent(traffic) if requests(traffic) >= fewest(limit) else 0.0


def undecided(traffic: Day, limit: Limit) -> list[str]:
    """A note with the numbers when there were too few requests."""
    if requests(traffic) >= fewest(limit):
        return []
    return [f"undecided: {counted(traffic)} failed; at least {fewest(limit):.0f} requests are needed to judge {limit}"]


def slow(traffic: Day, limits: Limits) -> list[str]:
    """A note for each percentile over what is promised for webhooks, where the platform tells any.

    It is no finding: the platform's histogram is of every response, pages too, and knows no path.
    """
    if isinstance(traffic, Invocations):
        return []
    measured = ((traffic.p95_ms, "p95", limits.response_p95_ms), (traffic.p99_ms, "p99", limits.response_p99_ms))
    return [
        f"{name} of all responses is {quantity(value, limit.unit)}, over the webhooks' {limit}; pages are among them"
        for value, name, limit in measured
        if value is not None and value > limit.value
    ]


def described(traffic: Day) -> list[str]:
    """Responses by class, percentiles, and who reported; invocations by how they ended."""
    if isinstance(traffic, Invocations):
        ended = sorted(traffic.by_status.items(), key=lambda one: -one[1])
        return [
            f"invocations in {traffic.hours} h, as Cloudflare samples them: about "
            + listed(f"{count} of {status}" for status, count in ended),
            f"errors among them: about {traffic.errors}, which threw or exceeded a limit; a 500 of its own is none",
        ]
    classes: dict[int, float] = {}
    for status, count in traffic.responses.items():
        classes[status // 100] = classes.get(status // 100, 0) + count
    counted = listed(f"{count:.0f} of {first}xx" for first, count in sorted(classes.items()))
    times = ", ".join(
        f"{name} {quantity(value, 'ms')}" if value is not None else f"{name} not known"
        for name, value in (("p95", traffic.p95_ms), ("p99", traffic.p99_ms))
    )
    return [
        f"responses of the edge in {traffic.hours} h: {counted or 'none'}",
        f"the application's responses, all paths, as buckets of a histogram tell: {times}",
        f"reporting now: {listed(traffic.reporting)}",
    ]
