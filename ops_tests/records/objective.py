"""What a service level objective came to in a run."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

ObjectiveOutcome = Literal["ok", "note", "finding", "blind", "not applicable", "gap"]
"""``gap``: the history has no data for it, which is neither up nor down."""


class Objective(BaseModel):
    """One objective on one target.

    Attributes:
        id: ``slo-uptime``.
        title: ``uptime over 30 days``.
        target: The target's name.
        outcome: The word of the judgement.
        value: What was measured, in ``unit``; None where nothing was.
        unit: The unit of value and limit.
        limit: What the value is held against, in ``unit``; None where there is none.
        samples: How many values it rests on.
        window: The time it speaks of: ``30 d``.
        budget_left_percent: How much of the error budget is left, in percent; below 0 it is overdrawn.
        sentence: What was seen and what was expected.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    title: str
    target: str
    outcome: ObjectiveOutcome
    value: float | None = None
    unit: str = ""
    limit: float | None = None
    samples: int = 0
    window: str = ""
    budget_left_percent: float | None = None
    sentence: str = ""
