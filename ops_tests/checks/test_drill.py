"""What only acting proves: that what should save us does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.permit import Permit
from ops_tests.plugin.recording import Evidence, Measured
from ops_tests.records.run import Level
from ops_tests.rules import restores
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
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
