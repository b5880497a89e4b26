"""Response times of one series: which samples belong together, and their percentiles with 95 % intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ops_tests.records.history import Samples

PERCENTILES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
ERROR_A_SIDE = 0.025
"""A 95 % interval leaves that much on each side."""


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
    return [_percentile(name, share, ordered) for name, share in PERCENTILES.items() if ordered]


def _percentile(name: str, share: float, ordered: Sequence[float]) -> Percentile:
    count = len(ordered)
    below = _ranks_below(count, share)
    low = max((rank for rank in range(1, count + 1) if below[rank - 1] <= ERROR_A_SIDE), default=None)
    high = min((rank for rank in range(1, count + 1) if below[rank - 1] >= 1 - ERROR_A_SIDE), default=None)
    value = ordered[max(math.ceil(share * count), 1) - 1]
    return Percentile(name, value, low and ordered[low - 1], high and ordered[high - 1])


def _ranks_below(count: int, share: float) -> list[float]:
    """For each number up to ``count``: how likely at most so many samples lie below the true percentile."""
    whole, running = math.lgamma(count + 1), 0.0
    found = []
    for number in range(count + 1):
        ways = whole - math.lgamma(number + 1) - math.lgamma(count - number + 1)
        running += math.exp(ways + number * math.log(share) + (count - number) * math.log(1 - share))
        found.append(running)
    return found
