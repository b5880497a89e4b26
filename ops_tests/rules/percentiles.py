"""Whether a percentile keeps its limit: at most three looks at a growing number of samples, and a promise about errors.

A look passes when the upper end of the percentile's interval is within the limit, and fails when the lower end is over
it. Whoever looks again and again at growing numbers errs more often than each look says, so the looks of a series are
counted, and share the 5 % by which a verdict may err: a quarter, a half and a quarter.

1. At 30 samples, one run on a live target, with 1.25 % a side. It can only fail: so few never hold an upper end.
2. At the fewest samples whose interval has an upper end at 2.5 % a side: 72 for p95, 368 for p99.
3. At three times as many, with 1.25 % a side.

The truth lies on one side of the limit, and there the errors of the looks add up to 5 % at most. A verdict ends the
series, as does the third look, and the next samples begin a new one: so what gets slow later is found as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ops_tests.errors import NotCovered
from ops_tests.rules.latency import PERCENTILES, Percentile, net, percentile, percentiles
from ops_tests.rules.wording import duration, listed, quantity

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.webhooks import ResponseTimes

ERRORS_A_SIDE = (0.0125, 0.025, 0.0125)
"""By look; their sum is the promise."""
FIRST_SAMPLES = 30
Word = Literal["passed", "failed", "undecided"]


@dataclass(frozen=True)
class Look:
    """One look at a series.

    Attributes:
        number: 1 to 3; 0 where the series has too few samples for any.
        samples: How many there were.
        percentile: The percentile with the interval of this look.
        word: What it came to.
    """

    number: int
    samples: int
    percentile: Percentile
    word: Word

    @property
    def closes(self) -> bool:
        """Whether the series ends with it."""
        return self.word != "undecided" or self.number == len(ERRORS_A_SIDE)


def fewest(name: str, error_a_side: float) -> int:
    """The fewest samples whose interval has an upper end: so many lie below the percentile only that rarely."""
    return math.ceil(math.log(error_a_side) / math.log(PERCENTILES[name]))


def looks_at(name: str) -> tuple[int, ...]:
    """At how many samples the looks are."""
    second = fewest(name, ERRORS_A_SIDE[1])
    return FIRST_SAMPLES, second, 3 * second


def looks(name: str, runs: Iterable[Sequence[float]], limit: float) -> Iterator[Look]:
    """Every look at samples that came run by run, in the order of time; a run that reaches several makes the last.

    Args:
        name: ``p95``.
        runs: The samples of each run.
        limit: The largest value that is fine, in the samples' unit.
    """
    taken: list[float] = []
    made = 0
    for samples in runs:
        taken.extend(samples)
        reached = sum(len(taken) >= count for count in looks_at(name))
        if reached > made:
            made = reached
            look = _look(name, made, taken, limit)
            yield look
            if look.closes:
                taken, made = [], 0


def _look(name: str, number: int, taken: Sequence[float], limit: float) -> Look:
    found = percentile(name, sorted(taken), ERRORS_A_SIDE[number - 1])
    passed = found.high is not None and found.high <= limit
    failed = found.low is not None and found.low > limit
    return Look(number, len(taken), found, "passed" if passed else "failed" if failed else "undecided")


def judged(name: str, times: ResponseTimes, limit: Limit) -> Look:
    """The look that counts: the newest that closed a series; before there is one, all samples so far.

    Args:
        name: ``p95``.
        times: What was measured, in this run and since the newest release.
        limit: In ms.

    Raises:
        NotCovered: Nothing was measured in this run; what earlier runs measured says nothing about now.
    """
    if not times.first_bytes:
        raise NotCovered(f"no response time was measured at {times.path}; expected at least one. Run it again")
    runs = [[1000 * one for one in run] for run in (*times.earlier, net(times.first_bytes, times.connecting))]
    closed = [look for look in looks(name, runs, limit.value) if look.closes]
    if closed:
        return closed[-1]
    everything = sorted(one for run in runs for one in run)
    return Look(0, len(everything), percentile(name, everything), "undecided")


def failed(look: Look) -> list[str]:
    """The look in words when it failed, else nothing."""
    return [described(look)] if look.word == "failed" else []


def undecided(look: Look, limit: Limit) -> list[str]:
    """A note with the numbers when the look decided nothing."""
    name = look.percentile.name
    needed = ", ".join(map(str, looks_at(name)))
    said = f"undecided: {described(look)}; looks are at {needed} samples, and {looks_at(name)[1]} are the least to hold"
    return [f"{said} {limit}"] if look.word == "undecided" else []


def described(look: Look) -> str:
    """``p95 is 143 ms, between 131 ms and 170 ms, of 216 samples``."""
    one = look.percentile
    low, high = ("open" if end is None else quantity(end, "ms") for end in (one.low, one.high))
    return f"{one.name} is {quantity(one.value, 'ms')} (interval {low} to {high}, {look.samples} samples)"


def evidence(times: ResponseTimes) -> list[str]:
    """What was measured now, from where, and what it is pooled with."""
    now = sorted(net(times.first_bytes, times.connecting))
    shown = [f"{one.name} {duration(one.value)}" for one in percentiles(now)] + [
        f"max {duration(one)}" for one in now[-1:]
    ]
    pooled = sum(map(len, times.earlier))
    since = f", judged with {pooled} of {len(times.earlier)} earlier runs on image {times.image}" if pooled else ""
    best, way = duration(min(times.first_bytes, default=0)), duration(times.connecting)
    return [
        f"{len(now)} signed deliveries to {times.path}, one by one on a warm connection: {listed(shown)}{since}",
        f"measured from {times.place}: first byte after {best} at best; {way} for connecting is taken off",
        *([f"{times.left_out} answers left out, since a connection was opened for them"] if times.left_out else []),
    ]
