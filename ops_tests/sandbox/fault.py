"""What a fault is: a change of the scenario, and the checks it turns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Outcome = Literal["finding", "blind", "note"]
Level = Literal["L1", "L2", "L3"]


@dataclass(frozen=True)
class Turn:
    """A check a fault turns.

    Attributes:
        check: ``subject/name`` or ``subject/name[endpoint-id]``; ``[*]`` stands for every endpoint.
        outcome: What it turns into.
        level: How bad a finding is; None for the others.
    """

    check: str
    outcome: Outcome
    level: Level | None = None


@dataclass(frozen=True)
class Fault:
    """Something broken on purpose.

    Attributes:
        name: What is typed behind ``--fault``.
        summary: What is broken, in a sentence.
        turns: Every check that turns in a run of all suites, and in a drill made of its own; none where the point is
            that nothing may turn.
        change: Makes the broken scenario of the healthy one; it knows the scenario of its own system alone.
        turns_nothing: Declares that it looks like trouble and is none, so that no check may turn.
    """

    name: str
    summary: str
    turns: tuple[Turn, ...]
    change: Callable[[Any], Any]
    turns_nothing: bool = False


def finding(level: Level, *checks: str) -> tuple[Turn, ...]:
    """Checks that become a finding of this level."""
    return tuple(Turn(check, "finding", level) for check in checks)


def note(*checks: str) -> tuple[Turn, ...]:
    """Checks that hold and get a line worth reading."""
    return tuple(Turn(check, "note") for check in checks)


def harmless(name: str, summary: str, change: Callable[[Any], Any]) -> Fault:
    """Something that looks like trouble and turns nothing."""
    return Fault(name, summary, (), change, turns_nothing=True)


def blind(*checks: str) -> tuple[Turn, ...]:
    """Checks that cannot look any more."""
    return tuple(Turn(check, "blind") for check in checks)
