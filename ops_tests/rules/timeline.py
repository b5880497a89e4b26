"""A drill's timeline: lanes, neighbours that are alike joined, ticks of its axis, and the same in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Literal

from ops_tests.rules.wording import listed, quantity

if TYPE_CHECKING:
    from ops_tests.records.run import Drill, Span

SHOWN_STRETCHES = 20
"""So many lines of a lane are still read one by one."""
NAMED_TEXTS = 2
WORDS = {"good": "good", "bad": "bad", "act": "done"}
"""A span's state as people say it."""


@dataclass(frozen=True)
class Stretch:
    """What is alike in a lane and told as one.

    Attributes:
        state: Of every span of it.
        text: What was seen or done.
        since: Seconds from the drill's beginning to the beginning of the first span.
        until: Seconds from there to the end of the last one.
        times: How many spans it is made of.
        seconds: How long they were together.
        longest: Seconds of the longest.
    """

    state: Literal["good", "bad", "act"]
    text: str
    since: float
    until: float
    times: int
    seconds: float
    longest: float

    @property
    def when(self) -> str:
        """``12.0 s to 15.1 s``, or ``at 12.0 s`` for what took no time."""
        if self.until == self.since:
            return f"at {self.since:.1f} s"
        return f"{self.since:.1f} s to {self.until:.1f} s"

    @property
    def took(self) -> str:
        """``3.1 s``, or ``3.1 s in 4 parts, the longest 2 s``; "" for what took no time."""
        if not self.seconds:
            return "" if self.times == 1 else f"{self.times} times"
        whole = quantity(self.seconds, "s")
        return whole if self.times == 1 else f"{whole} in {self.times} parts, the longest {quantity(self.longest, 's')}"


@dataclass(frozen=True)
class Lane:
    """One line of the timeline.

    Attributes:
        name: What it is about.
        spans: In the order of time.
        stretches: The same, joined, to be read.
    """

    name: str
    spans: Sequence[Span]
    stretches: Sequence[Stretch]


def lanes(drill: Drill) -> list[Lane]:
    """The lanes of a drill, in the order in which the record names them."""
    found: list[Lane] = []
    for name in dict.fromkeys(one.lane for one in drill.spans):
        spans = sorted((one for one in drill.spans if one.lane == name), key=lambda one: (one.since, one.until))
        found.append(Lane(name, spans, stretches(spans, drill.began_at)))
    return found


def stretches(spans: Sequence[Span], began_at: datetime) -> list[Stretch]:
    """What is to be read of a lane: neighbours that are alike joined, acts one by one.

    Where that is too much to read, what is alike is told together wherever it lies; where the texts are too many as
    well, whatever has the same state.

    Args:
        spans: Of one lane, in the order of time.
        began_at: The drill's beginning.
    """
    neighbours = [list(group) for _, group in groupby(spans, key=_alike_beside(spans))]
    for groups in (neighbours, _grouped(spans, lambda one: (one.state, one.text))):
        if len(groups) <= SHOWN_STRETCHES:
            return [_stretch(group, began_at) for group in groups]
    return [_stretch(group, began_at) for group in _grouped(spans, lambda one: one.state)]


def _alike_beside(spans: Sequence[Span]) -> Callable[[Span], Hashable]:
    places = {id(one): place for place, one in enumerate(spans)}
    return lambda one: (one.state, one.text, places[id(one)] if one.state == "act" else 0)


def _grouped(spans: Sequence[Span], key: Callable[[Span], Hashable]) -> list[list[Span]]:
    groups: dict[Hashable, list[Span]] = {}
    for one in spans:
        groups.setdefault(key(one), []).append(one)
    return list(groups.values())


def _stretch(spans: Sequence[Span], began_at: datetime) -> Stretch:
    lengths = [(one.until - one.since).total_seconds() for one in spans]
    texts = dict.fromkeys(one.text for one in spans)
    return Stretch(
        state=spans[0].state,
        text=listed(texts, NAMED_TEXTS),
        since=(spans[0].since - began_at).total_seconds(),
        until=max((one.until - began_at).total_seconds() for one in spans),
        times=len(spans),
        seconds=sum(lengths),
        longest=max(lengths),
    )


def described(lane: Lane) -> str:
    """A lane in a sentence, for whoever cannot see it: ``health: good 0.0 s to 9.8 s, answers 200; bad ...``."""
    return f"{lane.name}: " + "; ".join(f"{WORDS[one.state]} {one.when}, {one.text}" for one in lane.stretches)


def ticks(low: float, high: float, at_most: int = 7) -> list[float]:
    """Round seconds from low to high, at most so many: steps of 1, 2 or 5 of some power of ten.

    Args:
        low: Where the axis begins.
        high: Where it ends, above low.
        at_most: How many have room.
    """
    step = next(one for one in _steps((high - low) / at_most) if _count(low, high, one) <= at_most)
    first = math.ceil(low / step)
    return [round((first + number) * step, 6) for number in range(_count(low, high, step))]


def _steps(least: float) -> Iterator[float]:
    decade = math.floor(math.log10(least))
    yield from (step * 10.0**power for power in range(decade, decade + 3) for step in (1, 2, 5))


def _count(low: float, high: float, step: float) -> int:
    return math.floor(high / step) - math.ceil(low / step) + 1


def bars(drawn: Iterable[tuple[float, float]], narrowest: float, apart: float) -> list[tuple[float, float]]:
    """What is drawn of intervals: none too narrow to be seen, and no more of them than can be told from each other.

    A narrow one becomes wider only up to half the way to the next, so that looks that fail by turns do not become one
    outage; those that overlap or are closer than ``apart`` are one.

    Args:
        drawn: From and to, in any order.
        narrowest: What is still seen, in their unit.
        apart: What is still told apart, in their unit.
    """
    found = sorted(drawn)
    room = [*((later - low) / 2 for (low, _), (later, _) in pairwise(found)), narrowest]
    kept: list[tuple[float, float]] = []
    for (low, high), free in zip(found, room, strict=True):
        shown = max(high, low + min(narrowest, free))
        if kept and low - kept[-1][1] < apart:
            kept[-1] = kept[-1][0], max(kept[-1][1], shown)
        else:
            kept.append((low, shown))
    return kept


def rows(labels: Sequence[tuple[float, float]]) -> list[int]:
    """The row of each label, so that none lies on another: the last at the top, earlier ones below where they must.

    So the line that leads down from an act to its label crosses no label that begins later.

    Args:
        labels: From and to of each, in the order in which they begin.
    """
    taken: list[list[tuple[float, float]]] = []
    found: list[int] = []
    for low, high in reversed(labels):
        free = (row for row, others in enumerate(taken) if all(high <= left or right <= low for left, right in others))
        row = next(free, len(taken))
        taken[row:] = taken[row:] or [[]]
        taken[row].append((low, high))
        found.append(row)
    return found[::-1]
