"""Does the way back work? Each check makes a drill, which leaves the target as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.records.run import Level, RunRecord
from ops_tests.rules import drills as rules
from ops_tests.rules import restores
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.drill import ColdStart, ReplayedLetter, SteadyState, ThereAndBack
    from ops_tests.records.restore import Restore


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#backup-is-restorable")
def test_backup_is_restorable(
    restored_backup: Restore, permit: Permit, limits: Limits, measured: Measured, evidence: Evidence
) -> None:
    """The backup restores into an empty server, complete and no older than what may be lost."""
    evidence(*restores.seen(restored_backup))
    measured(restores.age_hours(restored_backup), limits.recovery_point_hours)
    different = restores.differences(restored_backup)
    measured(len(different), fixed(0, "differences"), Level.L2)
    offences = different + restores.too_old(restored_backup, limits.recovery_point_hours)
    assert not offences, (
        f"{restores.described(restored_backup.archive)}: {listed(offences)}; expected what {permit.target} has in its "
        f"database, the newest row within {limits.recovery_point_hours}"
    )


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#cold-start-recovers")
def test_cold_start_recovers(
    cold_start: ColdStart, limits: Limits, measured: Measured, evidence: Evidence, note: Note
) -> None:
    """After a restart of every machine health answers again within 5 min."""
    evidence(*rules.seen_from_outside(cold_start))
    note(*rules.needless_outage(cold_start))
    wrong = rules.not_recovered(cold_start, limits.recovery_minutes)
    measured(rules.recovery_minutes(cold_start), limits.recovery_minutes)
    measured(len(wrong), fixed(0, "failures"), rules.recovery_level(cold_start))
    assert not wrong, f"{listed(wrong)}; expected every machine healthy again within {limits.recovery_minutes}"


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#webhooks-survive-the-restart")
def test_webhooks_survive_the_restart(deliveries_throughout: ColdStart, measured: Measured, evidence: Evidence) -> None:
    """Every delivery that was sent throughout the restart, and repeated as Shopify does, is recorded exactly once."""
    evidence(rules.delivered(deliveries_throughout.deliveries))
    lost = rules.not_exactly_once(deliveries_throughout.deliveries, deliveries_throughout.events)
    measured(len(lost), fixed(0, "deliveries lost or doubled"), Level.L2)
    assert not lost, f"{listed(lost, 3)}; expected each of them accepted and recorded exactly once"


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#rollback-works")
def test_rollback_works(there_and_back: ThereAndBack, measured: Measured, evidence: Evidence) -> None:
    """The previous image can be deployed and serves, and so can the present one after it."""
    evidence(*rules.deployed(there_and_back))
    measured(len(there_and_back.wrong), fixed(0, "failures"), Level.L2)
    assert not there_and_back.wrong, f"{listed(there_and_back.wrong)}; expected both images to be deployed and healthy"


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#dead-letter-can-be-replayed")
def test_dead_letter_can_be_replayed(replayed_letter: ReplayedLetter, measured: Measured, evidence: Evidence) -> None:
    """A dead letter that is replayed does its work and waits no longer."""
    evidence(replayed_letter.outcome)
    wrong = rules.not_replayed(replayed_letter)
    measured(len(wrong), fixed(0, "failures"))
    assert not wrong, f"{listed(wrong)}; expected the letter replayed and gone"


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#system-is-well-after-the-drill")
def test_system_is_well_after_the_drill(smoke_afterwards: RunRecord, measured: Measured, evidence: Evidence) -> None:
    """The smoke suite passes on the target as the drills left it."""
    evidence(smoke_afterwards.verdict)
    red = rules.red_afterwards(smoke_afterwards)
    measured(len(red), fixed(0, "red checks"), smoke_afterwards.level)
    assert not red, f"{listed(red)}; expected the smoke suite green, as it was before the drill"


@pytest.mark.dr_drill
@pytest.mark.acts
@pytest.mark.runbook("drill.md#nothing-is-left-behind")
def test_nothing_is_left_behind(
    steady_before: SteadyState, steady_afterwards: SteadyState, measured: Measured, evidence: Evidence
) -> None:
    """The target is as it was before the drills."""
    evidence(*rules.steady(steady_afterwards))
    left = rules.left_behind(steady_before, steady_afterwards)
    measured(len(left), fixed(0, "differences"), Level.L2)
    assert not left, f"{listed(left)}; expected the target as it was before the drill"
