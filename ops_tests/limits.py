"""Thresholds: each with its unit, its key in the target file, and the values from which it is worse than L1."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Limit(BaseModel):
    """One threshold.

    Attributes:
        value: The largest value that is still fine.
        unit: What it counts (``s``, ``min``, ``%``, ``dead letters``).
        key: Its key in the target file, or "" for a limit that nobody may move.
        l2_from: The measured value from which a finding is level 2, or None.
        l3_from: The measured value from which a finding is level 3, or None.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    value: float = Field(ge=0)
    unit: str
    key: str = ""
    l2_from: float | None = Field(default=None, ge=0)
    l3_from: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _levels_rise(self) -> Limit:
        """A level that begins within the limit, or a worse one that begins earlier, would never or always be told."""
        steps = [step for step in (self.value, self.l2_from, self.l3_from) if step is not None]
        if steps != sorted(steps):
            raise ValueError("value, l2_from and l3_from must not fall from one to the next")
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
    answers within 2 s; a machine that ends by itself more than twice in 24 h is in a restart loop; the newest backup is
    a day old at most, with 2 h for the provider to make the next.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    health_seconds: Limit = Limit(value=1, unit="s", key="limits.health_seconds", l2_from=3)
    webhook_seconds: Limit = Limit(value=5, unit="s", key="limits.webhook_seconds")
    webhook_failures_percent: Limit = Limit(
        value=0, unit="% of the endpoints", key="limits.webhook_failures_percent", l2_from=5, l3_from=100
    )
    dead_letters: Limit = Limit(value=0, unit="dead letters", key="limits.dead_letters", l2_from=11)
    dead_letter_age_minutes: Limit = Limit(value=60, unit="min", key="limits.dead_letter_age_minutes")
    database_seconds: Limit = Limit(value=2, unit="s", key="limits.database_seconds")
    machine_exits: Limit = Limit(value=2, unit="ends in 24 h", key="limits.machine_exits")
    out_of_memory: Limit = Limit(value=0, unit="out of memory in 24 h", key="limits.out_of_memory")
    backup_age_hours: Limit = Limit(value=26, unit="h", key="limits.backup_age_hours")

    @model_validator(mode="before")
    @classmethod
    def _lay_over_the_defaults(cls, table: Any) -> Any:
        """``health_seconds = 2`` and ``health_seconds = {value = 2, l2_from = 4}`` both keep what they do not say."""
        if not isinstance(table, dict):
            return table
        return {
            key: _laid_over(cls.model_fields[key].default, given) if key in cls.model_fields else given
            for key, given in table.items()
        }


def _laid_over(default: Limit, given: Any) -> Any:
    if isinstance(given, dict):
        allowed = {key: given[key] for key in given if key not in {"unit", "key"}}
        return {**default.model_dump(), **allowed} if len(allowed) == len(given) else given
    return given if isinstance(given, Limit) else {**default.model_dump(), "value": given}
