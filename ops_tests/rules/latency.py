"""Response times of one series: which samples belong together, and their percentiles with exact intervals."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.history import Samples

PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
ERROR_A_SIDE = 0.025
"""A 95 % interval leaves that much on each side."""


API = "API"
"""How the series of ``latency_paths`` is called."""


def objectives_of(series: str) -> dict[str, str]:
    """By the id of each objective that a series is held against, the percentile that it limits."""
    return {"slo-api": "p95"} if series == API else {f"slo-webhook-{name}": name for name in ("p95", "p99")}


@dataclass(frozen=True)
class Percentile:
    """One percentile of the samples, seconds; an end of the interval is None where too few samples tell."""

    name: str
    value: float
    low: float | None
    high: float | None


def pooled(taken: Iterable[Samples], run_id: str, *, alone: bool) -> list[float]:
    """The response times to judge, seconds, smallest first.

    Args:
        taken: Samples of one image.
        run_id: This run.
        alone: Whether only this run's count, as in the sandbox, where every run has an application of its own.
    """
    return sorted(value for one in taken if not alone or one.run_id == run_id for value in one.seconds)


def percentiles(ordered: Sequence[float]) -> list[Percentile]:
    """p50, p95 and p99 of samples in ascending order, with intervals by order statistics."""
    return [percentile(name, ordered) for name in PERCENTILES if ordered]


def percentile(name: str, ordered: Sequence[float], error_a_side: float = ERROR_A_SIDE) -> Percentile:
    """One percentile of samples in ascending order, of which there is at least one, with its interval.

    The interval is exact whatever the distribution: how many samples lie below the true percentile is binomial.

    Args:
        name: ``p95``.
        ordered: The samples.
        error_a_side: How likely the true percentile may lie below the interval, and how likely above it.
    """
    share, count = PERCENTILES[name], len(ordered)
    below = _ranks_below(count, share)
    low, high = bisect_right(below, error_a_side, hi=count), bisect_left(below, 1 - error_a_side, hi=count)
    value = ordered[max(math.ceil(share * count), 1) - 1]
    return Percentile(name, value, ordered[low - 1] if low else None, ordered[high] if high < count else None)


def net(first_bytes: Sequence[float], connecting: float) -> list[float]:
    """Times to the first byte without the way there and back, which is what connecting takes; seconds.

    Never more is taken off than the fastest answer took, since no way is longer than that.
    """
    way = min([connecting, *first_bytes])
    return [one - way for one in first_bytes]


@cache
def _ranks_below(count: int, share: float) -> list[float]:
    """For each number up to ``count``: how likely at most so many samples lie below the true percentile."""
    whole, running = math.lgamma(count + 1), 0.0
    found = []
    for number in range(count + 1):
        ways = whole - math.lgamma(number + 1) - math.lgamma(count - number + 1)
        running += math.exp(ways + number * math.log(share) + (count - number) * math.log(1 - share))
        found.append(running)
    return found
