"""Judging what happened to machines: ends that nobody asked for, and memory that was used up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.machines import serving
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.platform import Machine, MachineEvent

WINDOW = timedelta(hours=24)
_BEGINNINGS = {"launch", "created"}


def unasked_ends(machine: Machine, now: datetime) -> int:
    """How often a machine ended in the last 24 h without being asked: listed ends, or what its restarts grew by.

    The platform lists the newest events only, but counts its restarts in each, from the machine's beginning on.
    """
    ends = [event for event in _recent(machine, now) if event.exit_code is not None and not event.requested]
    counts = [event.restarts for event in ends]
    return max(len(ends), max(counts) - min(counts) + 1) if ends else 0


def memory_kills(machine: Machine, now: datetime) -> int:
    """How often a machine was ended in the last 24 h because its memory was used up."""
    return sum(event.oom_killed for event in _recent(machine, now))


def most_unasked_ends(machines: Iterable[Machine], now: datetime) -> int:
    """The ends of the machine that ended most often."""
    return max((unasked_ends(machine, now) for machine in serving(machines)), default=0)


def all_memory_kills(machines: Iterable[Machine], now: datetime) -> int:
    """The ends of all machines for want of memory."""
    return sum(memory_kills(machine, now) for machine in serving(machines))


def unsteady(machines: Sequence[Machine], now: datetime, exits: Limit, kills: Limit) -> list[str]:
    """Machines that ended too often or for want of memory, one phrase for each complaint.

    Raises:
        NotCovered: Nothing speaks against them, but no machine is listed, or its events do not reach back 24 h.
    """
    present = serving(machines)
    found = [
        f"machine {one.id} ended by itself {ends} times{_codes(one, now)}"
        for one in present
        if (ends := unasked_ends(one, now)) > exits.value
    ]
    ran_out = [one.id for one in present if memory_kills(one, now)]
    if all_memory_kills(present, now) > kills.value:
        found.append(f"machine {listed(ran_out)} ran out of memory")
    uncovered = [one.id for one in present if not _covered(one, now)]
    if not found and (uncovered or not present):
        raise NotCovered(
            f"the platform lists {'no event that old' if present else 'no machine'}"
            f"{' of machine ' + listed(uncovered) if uncovered else ''}; expected the events of 24 h. "
            "Next: fly machine status MACHINE_ID"
        )
    return found


def _recent(machine: Machine, now: datetime) -> list[MachineEvent]:
    return [event for event in machine.events if event.at >= now - WINDOW]


def _covered(machine: Machine, now: datetime) -> bool:
    """Whether the list reaches back far enough, or to the machine's beginning."""
    return any(event.at <= now - WINDOW or event.type in _BEGINNINGS for event in machine.events)


def _codes(machine: Machine, now: datetime) -> str:
    """The exit codes that were seen, since 137 and 1 lead to different places."""
    codes = {event.exit_code for event in _recent(machine, now) if event.exit_code is not None and not event.requested}
    return f" (exit code {listed(map(str, sorted(codes)))})" if codes else ""


def told(machines: Sequence[Machine], now: datetime) -> str:
    """One phrase a machine, as evidence."""
    return "; ".join(
        f"{one.id}: {len(_recent(one, now))} events in 24 h, {unasked_ends(one, now)} ends unasked"
        for one in serving(machines)
    )
