"""Did the target keep its promises of the last 30 days, as far as the history tells?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.rules import objectives as rules
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.objective import Objective


@pytest.mark.monthly
@pytest.mark.runbook("objectives.md#uptime-is-within-the-objective")
def test_uptime_is_within_the_objective(uptime: Objective, measured: Measured, note: Note, evidence: Evidence) -> None:
    """Over 30 days the target was up for as long as is promised, where enough is known to tell."""
    rules.require_known(uptime)
    note(*rules.unsettled(uptime))
    evidence(uptime.sentence)
    measured(uptime.value, rules.UPTIME, samples=uptime.samples)
    missed = rules.missed(uptime)
    assert not missed, f"{listed(missed)}; the limit is {rules.UPTIME}"


@pytest.mark.monthly
@pytest.mark.runbook("objectives.md#outages-are-short")
def test_outages_are_short(recovery: Objective, measured: Measured, note: Note, evidence: Evidence) -> None:
    """The outages of 30 days lasted on average no longer than is promised."""
    rules.require_known(recovery)
    note(*rules.unsettled(recovery))
    evidence(recovery.sentence)
    measured(recovery.value, rules.RECOVERY, samples=recovery.samples)
    missed = rules.missed(recovery)
    assert not missed, f"{listed(missed)}; the limit is {rules.RECOVERY}"


@pytest.mark.monthly
@pytest.mark.runbook("objectives.md#incidents-are-told-in-time")
def test_incidents_are_told_in_time(
    first_message: Objective, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Whatever went wrong in 30 days, somebody was told of it in time."""
    note(*rules.unsettled(first_message))
    evidence(first_message.sentence)
    measured(first_message.value, rules.RESPONSE, samples=first_message.samples)
    missed = rules.missed(first_message)
    assert not missed, f"{listed(missed)}; the limit is {rules.RESPONSE}"
