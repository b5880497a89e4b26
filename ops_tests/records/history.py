"""What the history tells of earlier runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.run import Level, Outcome


@dataclass(frozen=True)
class PastRun:
    """An earlier run of a suite on one target.

    Attributes:
        run_id: The run.
        target: The target's name.
        suite: The suite.
        started_at: UTC.
        finished_at: UTC.
        exit_status: The whole run's.
        outcome: The worst of this target's checks: ``ok``, ``finding``, ``blind``; ``unfinished``: it broke off.
        level: The worst level of this target's findings.
        verdict: The whole run's verdict.
        release: The newest complete release that was seen (``v42``), or "".
        image: The image that was seen running, or "".
    """

    run_id: str
    target: str
    suite: str
    started_at: datetime
    finished_at: datetime
    exit_status: int
    outcome: str
    level: Level | None
    verdict: str
    release: str
    image: str


@dataclass(frozen=True)
class PastCheck:
    """What a check came to in an earlier run.

    Attributes:
        run_id: The run.
        check: The check's id.
        started_at: UTC.
        outcome: The word of the verdict.
        level: How bad a finding was.
        value: Its first measured value, or None.
        unit: The value's unit, or None.
        limit: The value's limit, or None.
        duration_seconds: Setup, call and teardown together.
        sentence: Seen, expected, next step; "" for ok.
    """

    run_id: str
    check: str
    started_at: datetime
    outcome: Outcome
    level: Level | None
    value: float | None
    unit: str | None
    limit: float | None
    duration_seconds: float
    sentence: str


@dataclass(frozen=True)
class Samples:
    """Response times of one run.

    Attributes:
        run_id: The run that took them.
        image: The image that answered, or "" where nobody knows.
        taken_at: UTC.
        seconds: Net of the time to connect, in the order in which they were taken.
    """

    run_id: str
    image: str
    taken_at: datetime
    seconds: tuple[float, ...]


@dataclass(frozen=True)
class PastFigure:
    """Something that an earlier drill measured.

    Attributes:
        run_id: The run.
        target: The target's name.
        drill: The drill's name.
        began_at: When the drill began, UTC.
        name: The figure's name.
        value: In ``unit``.
        unit: Its unit.
    """

    run_id: str
    target: str
    drill: str
    began_at: datetime
    name: str
    value: float
    unit: str
