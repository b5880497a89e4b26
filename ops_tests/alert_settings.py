"""Who is told when something is wrong: the ``[alerts]`` and ``[[maintenance]]`` tables of a target file."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from ops_tests.target_parts import Part
from ops_tests.target_values import LISTED, NOT_EMPTY, VariableName

Severity = Literal["L1", "L2", "L3", "blind"]
SEVERITIES: tuple[Severity, ...] = ("L1", "L2", "L3", "blind")


class AlertRoute(Part):
    """One way to tell somebody.

    Attributes:
        url_env: The variable with the Apprise URL (``slack://``, ``pagerduty://``, ``mailto://`` ...), a secret.
        levels: What is told by this route; ``blind`` is for the owner of the instruments.
        after_minutes: 0 tells at once; more tells only what by then still fires and nobody acknowledged.
    """

    url_env: VariableName
    levels: Annotated[tuple[Severity, ...], LISTED, NOT_EMPTY] = SEVERITIES
    after_minutes: float = Field(default=0, ge=0)


class RepeatHours(Part):
    """How long a firing alert waits for its reminder, in hours, by level; the reaction times are the defaults."""

    L1: float = Field(default=4, gt=0)
    L2: float = Field(default=1, gt=0)
    L3: float = Field(default=0.25, gt=0)
    blind: float = Field(default=4, gt=0)


class AlertsPart(Part):
    """Who is told, when.

    Attributes:
        enabled: Whether anybody is told; ``alerts = false`` instead of the table says the same.
        routes: By whom each level is heard.
        repeat_hours: When a reminder is due.
        smoke_k: So many of the newest ``smoke_n`` smoke runs must be red before somebody is told.
        smoke_n: So many smoke runs in a row must be green before it is called recovered.
    """

    enabled: bool = True
    routes: Annotated[tuple[AlertRoute, ...], LISTED] = ()
    repeat_hours: RepeatHours = RepeatHours()
    smoke_k: int = Field(default=2, ge=1)
    smoke_n: int = Field(default=3, ge=1, le=100)


class MaintenanceWindow(Part):
    """A time in which alerts, not checks and not recoveries, are held: from, until (with their offset), and why."""

    begin: AwareDatetime = Field(alias="from")
    until: AwareDatetime
    reason: str = Field(min_length=1)
