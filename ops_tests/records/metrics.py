"""What the platform's metrics service says about traffic and machines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sample:
    """One value of one series.

    Attributes:
        labels: The series' labels.
        at: The moment it holds for, UTC.
        value: The value; NaN where the service says so.
    """

    labels: Mapping[str, str]
    at: datetime
    value: float


@dataclass(frozen=True)
class Traffic:
    """A day of HTTP responses.

    Attributes:
        hours: How long a stretch the numbers are of.
        responses: How many responses the edge gave, by HTTP status.
        p95_ms: 95 % of the application's responses took no longer, in ms; None without traffic.
        p99_ms: Likewise 99 %.
        reporting: The machines that report metrics now.
    """

    hours: int
    responses: Mapping[int, float]
    p95_ms: float | None
    p99_ms: float | None
    reporting: tuple[str, ...]


@dataclass(frozen=True)
class Invocations:
    """A day of a Worker's invocations, estimated by Cloudflare from a sample of them.

    Attributes:
        hours: How long a stretch the numbers are of.
        by_status: How many there were, by how they ended in Cloudflare's words: ``success``.
        errors: How many of them threw, or exceeded a limit; an answer of 500 that the Worker made itself is none.
    """

    hours: int
    by_status: Mapping[str, int]
    errors: int


@dataclass(frozen=True)
class MachineLoad:
    """One machine's busiest hour.

    Attributes:
        instance: The machine's id.
        cpu_percent: Time the CPU was not idle in the busiest hour for it, in %; None where nothing is reported.
        memory_percent: Memory that was not available in the fullest hour for it, in %; None where nothing is reported.
        newest: The newest hour both are known for, UTC; None where either is not.
        exit_code: The highest exit code it ended with in that time; 0 where none is reported.
        out_of_memory: Whether it ended for want of memory in that time.
    """

    instance: str
    cpu_percent: float | None
    memory_percent: float | None
    newest: datetime | None
    exit_code: int = 0
    out_of_memory: bool = False


@dataclass(frozen=True)
class Load:
    """How busy the machines were.

    Attributes:
        hours: How long a stretch the numbers are of.
        until: Its end, UTC.
        reporting: The machines that report metrics now.
        machines: Every machine that reported in that time, also such as are gone.
    """

    hours: int
    until: datetime
    reporting: tuple[str, ...]
    machines: tuple[MachineLoad, ...]
