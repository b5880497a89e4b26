"""Does real traffic fare well, and have the machines room for it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.rules import machine_load as load_rules
from ops_tests.rules import traffic as rules
from ops_tests.rules.wording import listed, quantity

if TYPE_CHECKING:
    from ops_tests.limits import Limits
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.metrics import Invocations, Load, Traffic


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("traffic.md#error-rate-is-within-the-objective")
def test_error_rate_is_within_the_objective(
    traffic: Traffic | Invocations, limits: Limits, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Of the requests of a day, where there were enough to tell, no more failed than the objective allows."""
    evidence(*rules.described(traffic))
    note(*rules.undecided(traffic, limits.error_percent), *rules.slow(traffic, limits))
    share = measured(
        rules.decided(traffic, limits.error_percent), limits.error_percent, samples=round(rules.requests(traffic))
    )
    assert share <= limits.error_percent.value, (
        f"{quantity(share, '%')} ({rules.counted(traffic)}) failed; the limit is {limits.error_percent}"
    )


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("traffic.md#cpu-and-memory-have-room")
def test_cpu_and_memory_have_room(machine_load: Load, limits: Limits, measured: Measured, evidence: Evidence) -> None:
    """No machine used more of its CPU or memory in its busiest hour than leaves it room."""
    evidence(*load_rules.described(machine_load))
    crowded = load_rules.crowded(machine_load, limits)
    measured(load_rules.worst_cpu(machine_load), limits.cpu_percent)
    measured(load_rules.worst_memory(machine_load), limits.memory_percent)
    assert not crowded, f"{listed(crowded)}; expected at most {limits.cpu_percent} and {limits.memory_percent}"
    load_rules.require_known(machine_load)
