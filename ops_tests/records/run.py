"""The run record: the one versioned document of which every report, history row and exit status is a rendering."""

from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from ops_tests.records.objective import Objective


class Level(StrEnum):
    """How bad a finding is: L1 look within 4 h, L2 within 1 h, L3 within 15 min."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


Kind = Literal["signed", "forged", "unsigned", "get"]
"""How a synthetic delivery is made."""
Outcome = Literal["ok", "note", "finding", "blind", "waived", "not applicable"]


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Measurement(_Record):
    """A measured value beside its limit.

    Attributes:
        value: What was measured, in ``unit``.
        unit: The unit of value and limit.
        limit: The last value that is fine: the largest, or the smallest where less is worse (days left).
        key: The limit's key in the target file, or "" when the claim itself sets it.
        level: How bad this value is, or None when it is within the limit.
        samples: How many values it was made of: requests of a rate, response times of a percentile.
    """

    value: float
    unit: str
    limit: float
    key: str
    level: Level | None
    samples: int = 1


class Waiver(_Record):
    """Somebody's word that a finding is known and accepted.

    Attributes:
        check: Pattern on the check's id; ``*`` and ``?`` are wild.
        reason: Why it is accepted.
        owner: Who answers for it.
        until: The last day on which it holds, UTC.
    """

    check: str
    reason: str
    owner: str
    until: date

    def __str__(self) -> str:
        return f"waived until {self.until} by {self.owner}: {self.reason}"


class LogLook(_Record):
    """A stretch of the log that was looked at for errors, and the shapes they had.

    Attributes:
        since: Start of what was really seen, UTC.
        until: Its end, UTC.
        shapes: ``kind: text`` of each error shape, placeholders for what varies, without personal data.
    """

    since: datetime
    until: datetime
    shapes: tuple[str, ...]


class CheckRecord(_Record):
    """What one check on one target came to.

    Attributes:
        target: The target's name.
        check: Stable id: ``webhooks/webhook_refuses_get[app/uninstalled]``.
        subject: ``webhooks``.
        claim: What the check asserts, one sentence.
        suites: The suites it belongs to.
        anchor: Its runbook section, ``webhooks.md#webhook-refuses-get``.
        runbook: The folder with that file; "" for the runbook that comes with the suite.
        outcome: The word of the verdict.
        level: How bad a finding is; None for every other outcome.
        sentence: Seen, expected, next step; "" for ok.
        waiver: What makes a finding waived; None for every other outcome.
        measurements: Measured values with their limits, also when the check passes.
        notes: Lines worth reading although the claim holds.
        evidence: What the judgement rests on.
        log_look: The stretch of the log it looked at for errors; None for a check that did not.
        started_at: UTC.
        duration_seconds: Setup, call and teardown together.
    """

    target: str
    check: str
    subject: str
    claim: str
    suites: tuple[str, ...]
    anchor: str
    runbook: str = ""
    outcome: Outcome
    level: Level | None = None
    sentence: str = ""
    waiver: Waiver | None = None
    measurements: tuple[Measurement, ...] = ()
    notes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    log_look: LogLook | None = None
    started_at: datetime | None = None
    duration_seconds: float = 0


class SyntheticDelivery(_Record):
    """A delivery of ours, written down before it was sent: what bears its id or its shop in the target is ours.

    Attributes:
        target: The target's name.
        path: The endpoint's path.
        kind: Signed, forged or unsigned.
        shop: The synthetic shop, unique to the delivery.
        webhook_id: Its id, and that of its row in ``webhook_events``; a repeat bears it again.
        sent_at: UTC.
    """

    target: str
    path: str
    kind: Kind
    shop: str
    webhook_id: str
    sent_at: datetime


class SampledTimes(_Record):
    """Response times that a run measured.

    Attributes:
        target: The target's name.
        series: What answered: ``webhook app/scopes_update``.
        taken_at: When the first was asked for, UTC.
        seconds: In the order in which they were taken, net of the time to connect.
    """

    target: str
    series: str
    taken_at: datetime
    seconds: tuple[float, ...]


class Span(_Record):
    """A stretch of a drill's timeline.

    Attributes:
        lane: Whose line it lies on: ``health``, ``deliveries``, ``what was done``.
        since: UTC.
        until: UTC; the same moment for what takes no time.
        state: ``good`` and ``bad`` for what was seen, ``act`` for what was done.
        text: What was seen or done, in a few words.
    """

    lane: str
    since: datetime
    until: datetime
    state: Literal["good", "bad", "act"]
    text: str


class Figure(_Record):
    """Something a drill measured: ``recovery time``, 4.2, ``s``."""

    name: str
    value: float
    unit: str


class Drill(_Record):
    """What one drill did and measured.

    Attributes:
        target: The target's name.
        name: ``cold start``.
        began_at: UTC.
        ended_at: UTC.
        spans: Its timeline, by lane and time.
        figures: What it measured, the most telling first.
    """

    target: str
    name: str
    began_at: datetime
    ended_at: datetime
    spans: tuple[Span, ...] = ()
    figures: tuple[Figure, ...] = ()


class TargetRecord(_Record):
    """A target of the run.

    Attributes:
        name: Its name.
        base_url: Its address.
        sandbox: Whether it is the embedded sandbox.
        argument: What follows ``--target`` on a command line that looks at it once more.
        authority: The file with its private authority, or "".
        app: Its app on Fly.io, or "".
        health_path: Where its health is asked for.
        examples: Names of the runbook's examples, and what bears them here: its Worker, that for staging, its D1.
        release: The newest complete release, ``v42``, where the run looked; else "".
        image: The tag or digest of the image that serves, where the run looked and all machines agree; else "".
    """

    name: str
    base_url: str
    sandbox: bool
    argument: str = ""
    authority: str = ""
    app: str = ""
    health_path: str = "/health"
    examples: dict[str, str] = {}
    release: str = ""
    image: str = ""


class RunRecord(_Record):
    """One run of a suite.

    Attributes:
        schema_version: Raised when a field changes its meaning or goes.
        run_id: Unique, also part of every synthetic shop's name.
        suite: The suite, or the mark expression that was typed.
        targets: What was looked at.
        faults: The faults that were planted in the sandbox.
        started_at: UTC.
        finished_at: UTC.
        exit_status: What pytest exits with.
        verdict: The verdict in one sentence.
        level: The worst level of the run's findings.
        environment: Versions of Python, the suite and its packages.
        checks: One record a check, by subject.
        deliveries: Every synthetic delivery that was sent or tried, in their order.
        samples: The response times it measured.
        remarks: What is to be known of the schedule: a run that came late, a clock that went back.
        objectives: The service level objectives, by target.
        drills: The drills that were made, in their order.
    """

    schema_version: Literal[1] = 1
    run_id: str
    suite: str
    targets: tuple[TargetRecord, ...]
    faults: tuple[str, ...]
    started_at: datetime
    finished_at: datetime
    exit_status: int
    verdict: str
    level: Level | None
    environment: dict[str, str]
    checks: tuple[CheckRecord, ...]
    deliveries: tuple[SyntheticDelivery, ...] = ()
    samples: tuple[SampledTimes, ...] = ()
    remarks: tuple[str, ...] = ()
    objectives: tuple[Objective, ...] = ()
    drills: tuple[Drill, ...] = ()
