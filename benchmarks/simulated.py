"""How often the interval of a percentile and three looks at a series err: seeded simulations of the pure functions."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from statistics import NormalDist

from benchmarks.schedule_server import SCHEDULE
from ops_tests.rules.latency import PERCENTILES, percentile
from ops_tests.rules.percentiles import looks

TRIALS = 2000
COUNTS = (30, 72, 368, 1104)
"""One run, and the looks at p95 and p99."""
RUN = 30


@dataclass(frozen=True)
class Shape:
    """A distribution: how a sample is drawn, and its true percentile of a share; whether samples tie."""

    name: str
    draw: Callable[[random.Random], float]
    truth: Callable[[float], float]
    ties: bool = False


def _of_schedule(share: float) -> float:
    return sorted(SCHEDULE)[math.ceil(share * len(SCHEDULE)) - 1]


SHAPES = (
    Shape("uniform", lambda chance: chance.random(), lambda share: share),
    Shape("exponential", lambda chance: chance.expovariate(1), lambda share: -math.log1p(-share)),
    Shape("lognormal", lambda chance: chance.lognormvariate(0, 1.5), lambda share: math.exp(1.5 * _normal(share))),
    Shape("the schedule, with ties", lambda chance: chance.choice(SCHEDULE), _of_schedule, ties=True),
)


def _normal(share: float) -> float:
    return NormalDist().inv_cdf(share)


def missed() -> dict[str, float]:
    """By shape, percentile and count of samples, how often the 95 % interval misses the truth; a share."""
    return {
        f"{name} of {count} samples, {shape.name}": _missed(shape, name, count)
        for shape, name, count in product(SHAPES, PERCENTILES, COUNTS)
    }


def _missed(shape: Shape, name: str, count: int) -> float:
    truth, outside = shape.truth(PERCENTILES[name]), 0
    for seed in range(TRIALS):
        chance = random.Random(f"{name} {count} {seed}")
        found = percentile(name, sorted(shape.draw(chance) for _ in range(count)))
        above, below = found.low is not None and found.low > truth, found.high is not None and found.high < truth
        outside += above or below
    return outside / TRIALS


def erred() -> dict[str, float]:
    """By shape and percentile, how often a series whose truth is on its limit comes to a wrong verdict; a share.

    On the limit, either verdict is wrong by a hair; where samples tie, the truth is within the limit by far.
    """
    told = {}
    for shape, name in product(SHAPES, ("p95", "p99")):
        words = Counter(_verdict(shape, name, seed) for seed in range(TRIALS))
        wrong = words["failed"] if shape.ties else max(words["failed"], words["passed"])
        told[f"three looks at {name}, {shape.name}"] = wrong / TRIALS
    return told


def _verdict(shape: Shape, name: str, seed: int) -> str:
    """What the first series of runs comes to."""
    for look in looks(name, _runs(shape, f"{name} {seed}"), shape.truth(PERCENTILES[name])):
        if look.closes:
            return look.word
    raise AssertionError("a series ends")


def _runs(shape: Shape, seed: str) -> Iterator[list[float]]:
    chance = random.Random(seed)
    while True:
        yield [shape.draw(chance) for _ in range(RUN)]
