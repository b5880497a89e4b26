"""What a row of probes says of a target: when it was up, when it was down, and when nobody looked.

Between two probes that agree, and that are no farther apart than the schedule allows, the target was as both say.
Between two that differ it changed at some moment in between, so every time of an outage is an interval. What lies
between probes farther apart is a gap, neither up nor down, as is what lies in a maintenance window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from ops_tests.rules.lateness import EVERY

FARTHEST = sum(EVERY["smoke"], timedelta())
"""Two probes farther apart than a smoke run may be late have a gap between them."""
Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Probe:
    """One look at whether the target is up, and when, UTC."""

    at: datetime
    up: bool


@dataclass(frozen=True)
class Uptime:
    """What probes know of a stretch of time.

    Attributes:
        known: For how long it is known whether the target was up; the rest is gap or maintenance.
        wanted: The whole stretch without maintenance.
        down_at_least: For how long it was down for certain.
        down_at_most: For how long it may have been down as far as it is known.
        probes: How many probes there were.
    """

    known: timedelta
    wanted: timedelta
    down_at_least: timedelta
    down_at_most: timedelta
    probes: int


@dataclass(frozen=True)
class Outage:
    """A row of probes that found the target down; how long it lasted at least, and at most: None where nobody looked.

    ``since`` is the first of them, and ``over`` says whether a later probe found it up again.
    """

    since: datetime
    at_least: timedelta
    at_most: timedelta | None
    over: bool


def uptime(probes: Sequence[Probe], since: datetime, until: datetime, maintenance: Iterable[Window]) -> Uptime:
    """What the probes know of the time from ``since`` to ``until``; they are in the order of time."""
    windows = _apart(maintenance)
    known = at_least = at_most = timedelta()
    for one, other in pairwise(probes):
        span = _outside(one.at, other.at, windows)
        if other.at - one.at > FARTHEST:
            continue
        known += span
        at_least += span if not one.up and not other.up else timedelta()
        at_most += timedelta() if one.up and other.up else span
    return Uptime(known, _outside(since, until, windows), at_least, at_most, len(probes))


def outages(probes: Sequence[Probe], maintenance: Iterable[Window]) -> list[Outage]:
    """Every outage outside maintenance, in the order of time."""
    windows = _apart(maintenance)
    awake = [probe for probe in probes if not any(begin <= probe.at < until for begin, until in windows)]
    return [_outage(before, row, after) for before, row, after in _rows_down(awake)]


def _rows_down(probes: Sequence[Probe]) -> Iterator[tuple[Probe | None, list[Probe], Probe | None]]:
    """Each row of probes that found it down, with the probe before and the one behind."""
    before: Probe | None = None
    row: list[Probe] = []
    for probe in probes:
        if not probe.up:
            row.append(probe)
            continue
        if row:
            yield before, row, probe
        before, row = probe, []
    if row:
        yield before, row, None


def _outage(before: Probe | None, row: Sequence[Probe], after: Probe | None) -> Outage:
    steps = [other.at - one.at for one, other in pairwise(row)]
    at_least = sum((step for step in steps if step <= FARTHEST), timedelta())
    ends = [(before.at, row[0].at) if before else None, (row[-1].at, after.at) if after else None]
    told = [end[1] - end[0] if end and end[1] - end[0] <= FARTHEST else None for end in ends]
    seen = [*steps, *(one for one in told if one is not None)]
    at_most = None if None in told or any(step > FARTHEST for step in steps) else sum(seen, timedelta())
    return Outage(row[0].at, at_least, at_most, over=after is not None)


def _apart(windows: Iterable[Window]) -> list[Window]:
    """The windows in the order of time; those that overlap as one."""
    apart: list[Window] = []
    for begin, until in sorted(windows):
        if apart and begin <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(until, apart[-1][1]))
        else:
            apart.append((begin, until))
    return apart


def _outside(begin: datetime, until: datetime, windows: Iterable[Window]) -> timedelta:
    """The time between two moments that lies in no window; the windows do not overlap."""
    inside = (min(until, end) - max(begin, start) for start, end in windows)
    return until - begin - sum((span for span in inside if span > timedelta()), timedelta())
