"""Thresholds: each with its unit, its key in the target file, and the values from which it is worse than L1."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

LONGEST_SECONDS = 10.0
"""The longest answer that is measured: then the clients give up, so that a limit beyond it would never be judged."""


class Limit(BaseModel):
    """One threshold.

    Attributes:
        value: The largest value that is still fine; with ``at_least`` the smallest.
        unit: What it counts (``s``, ``min``, ``%``, ``dead letters``).
        key: Its key in the target file, or "" for a limit that nobody may move.
        l2_from: The measured value from which (with ``at_least``: down from which) a finding is level 2, or None.
        l3_from: Likewise for level 3.
        at_least: Whether a smaller value is the worse one: days left, not seconds taken.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: float = Field(ge=0)
    unit: str
    key: str = ""
    l2_from: float | None = Field(default=None, ge=0)
    l3_from: float | None = Field(default=None, ge=0)
    at_least: bool = False

    @model_validator(mode="after")
    def _levels_rise(self) -> Self:
        """A level that begins within the limit, or a worse one that begins earlier, would never or always be told."""
        steps = [step for step in (self.value, self.l2_from, self.l3_from) if step is not None]
        if steps != sorted(steps, reverse=self.at_least):
            way = "rise" if self.at_least else "fall"
            raise ValueError(f"value, l2_from and l3_from must not {way} from one to the next")
        return self

    def __str__(self) -> str:
        return f"{self.value:g} {self.unit}" + (f" ({self.key})" if self.key else "")


def fixed(value: float, unit: str) -> Limit:
    """A limit that follows from the claim itself and stands in no file: zero failed migrations are zero."""
    return Limit(value=value, unit=unit)


class Limits(BaseModel):
    """The ``[limits]`` table of a target file: a number moves the limit, a table also moves its levels.

    The defaults are the runbooks': health < 1 s and L2 from 3 s; a webhook within Shopify's 5 s, L2 from 5 % failing
    and L3 when all fail; dead letters = 0 and L2 from 11; a dead letter is processed within an hour; the database
    answers within 2 s; 80 % of the connections are used at most, no transaction is idle for over 5 minutes, and no lock
    is waited for over a minute. Dependencies are looked after every month, so that is how old their lock file may be.
    Errors < 0.5 % of the requests of a day, critical from 5 %; CPU and memory < 80 %. Of an API 95 % of the answers
    take less than 50 ms. The two percentiles before it are those of webhook responses; over all requests they make a
    note and no finding. A certificate has 14 days left, a note from 28 on; L2 with 3 days left and L3 once browsers
    turn away. A machine that ends by itself more than twice in 24 h is in a restart loop; the newest backup is a day
    old at most, with 2 h for the provider to make the next, and the newest row in what was restored a day. After a
    restart the application is healthy again within 5 minutes.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    health_seconds: Limit = Limit(value=1, unit="s", key="limits.health_seconds", l2_from=3)
    webhook_seconds: Limit = Limit(value=5, unit="s", key="limits.webhook_seconds")
    webhook_failures_percent: Limit = Limit(
        value=0, unit="% of the endpoints", key="limits.webhook_failures_percent", l2_from=5, l3_from=100
    )
    dead_letters: Limit = Limit(value=0, unit="dead letters", key="limits.dead_letters", l2_from=11)
    dead_letter_age_minutes: Limit = Limit(value=60, unit="min", key="limits.dead_letter_age_minutes")
    dead_letter_percent: Limit = Limit(value=0.5, unit="% of the deliveries", key="limits.dead_letter_percent")
    error_percent: Limit = Limit(value=0.5, unit="% of the requests", key="limits.error_percent", l2_from=5)
    response_p95_ms: Limit = Limit(value=100, unit="ms", key="limits.response_p95_ms")
    response_p99_ms: Limit = Limit(value=500, unit="ms", key="limits.response_p99_ms")
    api_p95_ms: Limit = Limit(value=50, unit="ms", key="limits.api_p95_ms")
    cpu_percent: Limit = Limit(value=80, unit="% of the CPU", key="limits.cpu_percent")
    memory_percent: Limit = Limit(value=80, unit="% of the memory", key="limits.memory_percent")
    database_seconds: Limit = Limit(value=2, unit="s", key="limits.database_seconds")
    machine_exits: Limit = Limit(value=2, unit="ends in 24 h", key="limits.machine_exits")
    out_of_memory: Limit = Limit(value=0, unit="out of memory in 24 h", key="limits.out_of_memory")
    backup_age_hours: Limit = Limit(value=26, unit="h", key="limits.backup_age_hours")
    recovery_minutes: Limit = Limit(value=5, unit="min", key="limits.recovery_minutes")
    recovery_point_hours: Limit = Limit(value=24, unit="h", key="limits.recovery_point_hours")
    connections_percent: Limit = Limit(value=80, unit="% of the connections", key="limits.connections_percent")
    idle_transaction_minutes: Limit = Limit(value=5, unit="min", key="limits.idle_transaction_minutes")
    lock_wait_minutes: Limit = Limit(value=1, unit="min", key="limits.lock_wait_minutes")
    lock_file_age_days: Limit = Limit(value=31, unit="d", key="limits.lock_file_age_days")
    certificate_days: Limit = Limit(
        value=14, unit="d", key="limits.certificate_days", l2_from=3, l3_from=0, at_least=True
    )
    certificate_note_days: Limit = Limit(value=28, unit="d", key="limits.certificate_note_days", at_least=True)

    @field_validator("*", mode="before")
    @classmethod
    def _over_the_default(cls, given: Any, about: ValidationInfo) -> Limit:
        """``health_seconds = 2`` and ``health_seconds = {value = 2, l2_from = 4}`` both keep what they do not say."""
        if isinstance(given, Limit):
            return given
        key = str(about.field_name)
        default: Limit = cls.model_fields[key].default
        table = given if isinstance(given, dict) else {"value": given}
        moved = _Moved.model_validate(table).model_dump(exclude_unset=True)
        if wrong := _never_told(key, moved) or _disorder(key, default, moved):
            raise ValueError(wrong)
        return Limit.model_validate({**default.model_dump(), **moved})


class _Moved(BaseModel):
    """What a file says of a limit; the rest stays."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    value: float = Field(default=0, ge=0)
    l2_from: float = Field(default=0, ge=0)
    l3_from: float = Field(default=0, ge=0)


def _never_told(key: str, moved: Mapping[str, float]) -> str:
    """Why a check with these numbers, or a level of it, could never fail; or ""."""
    largest = max(moved.values(), default=0)
    if key.endswith("_seconds") and largest >= LONGEST_SECONDS:
        return f"expected below {LONGEST_SECONDS:g} s, since no answer is waited for longer"
    if key.endswith("_percent") and moved.get("value", 0) >= 100:
        return "expected below 100 %, or it could never fail"
    if key.endswith("_percent") and largest > 100:
        return "expected levels up to 100 %, since there is no more"
    return ""


def _disorder(key: str, default: Limit, moved: Mapping[str, float]) -> str:
    """Which two numbers contradict each other, which of them is a default, and what to write; or ""."""
    both = {**default.model_dump(), **moved}
    steps = [(name, both[name]) for name in _Moved.model_fields if both[name] is not None]
    way, order = ("below", "fall") if default.at_least else ("beyond", "rise")
    for (lower, first), (upper, second) in pairwise(steps):
        if first == second or (first > second) == default.at_least:
            continue
        told = [
            f"{name} {number:.10g}" if name in moved else f"{name}, which is {number:.10g} by default,"
            for name, number in ((lower, first), (upper, second))
        ]
        said = f"{told[0]} is {way} {told[1].rstrip(',')}"
        if {lower, upper} <= moved.keys():
            return f"{said}; let them {order} from value to l2_from to l3_from"
        bound = first if lower in moved else second
        more = "less" if (lower in moved) == default.at_least else "more"
        shown = [f"{name} = {moved[name]:.10g}" if name in moved else f"{name} = N" for name, _ in steps
                 if name in {*moved, lower, upper}]  # fmt: skip
        return f"{said}; write {key} = {{ {', '.join(shown)} }} with an N of {bound:.10g} or {more}"
    return ""
