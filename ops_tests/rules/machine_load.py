"""Judging how busy machines are: each by its busiest hour of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.limits import Limits
    from ops_tests.records.metrics import Load, MachineLoad

STALE = timedelta(hours=1, minutes=5)
"""The numbers come hour by hour; older than this, a machine that reports now has stopped reporting them."""


def require_known(load: Load) -> None:
    """Refuse to call machines roomy whose CPU or memory nobody knows.

    Raises:
        NotCovered: Of a machine that reports now CPU or memory are unknown, or old.
    """
    known = {one.instance for one in load.machines if one.newest and load.until - one.newest <= STALE}
    if unknown := [name for name in load.reporting if name not in known]:
        raise NotCovered(
            f"the metrics service has no recent CPU or memory of {listed(unknown)}; expected both of every machine "
            "that reports. Started within the last minutes? Then try again; else look at https://fly-metrics.net"
        )


def worst_cpu(load: Load) -> float:
    """The highest share of the CPU, in %."""
    return max((one.cpu_percent or 0.0 for one in load.machines), default=0.0)


def worst_memory(load: Load) -> float:
    """The highest share of the memory, in %."""
    return max((one.memory_percent or 0.0 for one in load.machines), default=0.0)


def crowded(load: Load, limits: Limits) -> list[str]:
    """What has too little room, the fullest first: ``d8d4017a6e3278 91 % of the memory``."""
    measured = [
        (value, f"{one.instance} {value:.0f} {limit.unit}")
        for one in load.machines
        for value, limit in ((one.cpu_percent, limits.cpu_percent), (one.memory_percent, limits.memory_percent))
        if value is not None and value > limit.value
    ]
    return [words for _, words in sorted(measured, reverse=True)]


def described(load: Load) -> list[str]:
    """Each machine's busiest hour, and how it ended if it did."""
    return [
        f"{one.instance}: {_percent(one.cpu_percent)} CPU, {_percent(one.memory_percent)} memory in the busiest of "
        f"{load.hours} hours{_ended(one)}"
        for one in load.machines
    ]


def _ended(machine: MachineLoad) -> str:
    if machine.out_of_memory:
        return ", ended for want of memory"
    return f", ended with exit code {machine.exit_code}" if machine.exit_code else ""


def _percent(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f} %"
