"""Do machines, secrets and releases stand as the platform should have them?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import backups as backup_rules
from ops_tests.rules import images as image_rules
from ops_tests.rules import machine_events, machine_shape
from ops_tests.rules import machines as machine_rules
from ops_tests.rules import releases as release_rules
from ops_tests.rules import runtime as runtime_rules
from ops_tests.rules import secrets as secret_rules
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.instruments import ExpectedVersion
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.backups import Shelf
    from ops_tests.records.images import ImageSize
    from ops_tests.records.platform import Machine, Release, Running, SecretName
    from ops_tests.records.runtime import Runtime
    from ops_tests.target_parts import FlyPlatform, HealthGatePart, RuntimePart, SecretsPart


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.dr_drill
@pytest.mark.runbook("platform.md#machines-are-started-and-healthy")
def test_machines_are_started_and_healthy(
    machines: tuple[Machine, ...], platform_part: FlyPlatform, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Enough machines are started, their checks pass and their hosts are up."""
    evidence(machine_rules.described(machines))
    note(*machine_rules.unchecked(machines))
    unwell = machine_rules.unwell(machines, platform_part.minimum_machines)
    measured(len(unwell), fixed(0, "complaints about machines"))
    minimum = f"at least {platform_part.minimum_machines} started (platform.minimum_machines)"
    assert not unwell, f"{listed(unwell)}; expected every machine well and {minimum}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("platform.md#secrets-are-the-documented-ones")
def test_secrets_are_the_documented_ones(
    secret_names: tuple[SecretName, ...], expected_secrets: SecretsPart, measured: Measured, evidence: Evidence
) -> None:
    """The secrets that are set are the documented ones, no fewer and no more."""
    evidence(f"set: {listed(sorted(secret.name for secret in secret_names))}")
    undocumented = secret_rules.undocumented(secret_names, expected_secrets)
    measured(len(undocumented), fixed(0, "differences"))
    assert not undocumented, f"{listed(undocumented)}; expected {secret_rules.documented(expected_secrets)} (secrets)"


@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.runbook("platform.md#no-secret-is-staged-but-not-deployed")
def test_no_secret_is_staged_but_not_deployed(secret_states: tuple[SecretName, ...], measured: Measured) -> None:
    """Every secret that is set has reached the machines."""
    undeployed = secret_rules.undeployed(secret_states)
    measured(len(undeployed), fixed(0, "undeployed secrets"))
    assert not undeployed, f"{listed(undeployed)}; expected all deployed (fly secrets deploy)"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("platform.md#latest-release-is-complete")
def test_latest_release_is_complete(
    releases: tuple[Release, ...], running: tuple[Running, ...], measured: Measured, evidence: Evidence
) -> None:
    """The newest release is complete, and nothing else serves."""
    evidence(release_rules.described(release_rules.newest(releases)))
    incomplete = release_rules.incomplete(releases, running)
    measured(len(incomplete), fixed(0, "things left to do"))
    assert not incomplete, f"{listed(incomplete)}; expected the newest release complete and alone"


@pytest.mark.post_deploy
@pytest.mark.runbook("platform.md#expected-version-is-live")
def test_expected_version_is_live(
    expected_version: ExpectedVersion, releases: tuple[Release, ...], running: tuple[Running, ...], measured: Measured
) -> None:
    """What the pipeline has just deployed is what runs."""
    others = release_rules.not_live(expected_version.image, running)
    others += release_rules.other_release(expected_version.release, releases)
    measured(len(others), fixed(0, "other versions"))
    assert not others, f"{listed(others)}; expected {expected_version} (--expect-image, --expect-release)"


@pytest.mark.weekly
@pytest.mark.monthly
@pytest.mark.runbook("platform.md#rollback-candidate-exists")
def test_rollback_candidate_exists(releases: tuple[Release, ...], measured: Measured, evidence: Evidence) -> None:
    """There is an earlier complete release with another image to go back to."""
    candidates = release_rules.rollback_candidates(releases)
    evidence(listed(map(release_rules.described, candidates), at_most=1))
    measured(1 - bool(candidates), fixed(0, "missing candidates"))
    assert candidates, (
        f"none of the {len(releases)} releases listed; expected an earlier complete one with another image"
    )


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("platform.md#no-restart-loop-no-out-of-memory")
def test_no_restart_loop_no_out_of_memory(
    machines: tuple[Machine, ...], limits: Limits, now: datetime, measured: Measured, evidence: Evidence
) -> None:
    """In the last 24 h no machine ended again and again by itself, and none ran out of memory."""
    evidence(machine_events.told(machines, now))
    unsteady = machine_events.unsteady(machines, now, limits.machine_exits, limits.out_of_memory)
    measured(machine_events.most_unasked_ends(machines, now), limits.machine_exits)
    measured(machine_events.all_memory_kills(machines, now), limits.out_of_memory)
    assert not unsteady, f"{listed(unsteady)}; expected at most {limits.machine_exits}, {limits.out_of_memory}"


@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("platform.md#memory-is-what-the-runbook-wants")
def test_memory_is_what_the_runbook_wants(
    machines: tuple[Machine, ...], wanted_memory_mb: int, measured: Measured, evidence: Evidence
) -> None:
    """Every machine has the memory that the runbook asks for."""
    evidence(machine_shape.memory(machines))
    small = machine_shape.too_small(machines, wanted_memory_mb)
    measured(machine_shape.missing_memory(machines, wanted_memory_mb), fixed(0, "MB missing"))
    assert not small, f"{listed(small)}; expected at least {wanted_memory_mb} MB (platform.memory_mb)"


@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("platform.md#health-gate-is-configured")
def test_health_gate_is_configured(
    machines: tuple[Machine, ...], health_gate: HealthGatePart, measured: Measured
) -> None:
    """The platform checks every machine as documented and sends users to healthy ones over HTTPS only."""
    differences = machine_shape.gate_differences(machines, health_gate)
    measured(len(differences), fixed(0, "differences"))
    assert not differences, f"{listed(differences)}; expected {machine_shape.documented(health_gate)} (health_gate)"


@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("platform.md#runtime-is-locked-down")
def test_runtime_is_locked_down(
    runtimes: tuple[Runtime, ...], runtime_part: RuntimePart, measured: Measured, evidence: Evidence
) -> None:
    """The application does not run as root, cannot change its own files, and runs in production mode."""
    evidence(runtime_rules.told(runtimes))
    unlocked = runtime_rules.unlocked(runtimes, runtime_part)
    measured(len(unlocked), fixed(0, "things left open"))
    assert not unlocked, f"{listed(unlocked)}; expected {runtime_rules.documented(runtime_part)} (runtime)"


@pytest.mark.weekly
@pytest.mark.runbook("platform.md#image-stays-small")
def test_image_stays_small(
    image_sizes: tuple[ImageSize, ...], platform_part: FlyPlatform, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """The image takes no more room in the registry than was agreed on."""
    evidence(image_rules.told(image_sizes))
    note(*image_rules.proposal(platform_part, image_sizes))
    limit = image_rules.size_limit(platform_part, image_sizes)
    measured(image_rules.largest(image_sizes), limit)
    too_big = image_rules.too_big(image_sizes, limit)
    assert not too_big, f"{listed(too_big)}; expected at most {limit}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.dr_drill
@pytest.mark.runbook("platform.md#backups-are-fresh")
def test_backups_are_fresh(
    backup_shelves: tuple[Shelf, ...], limits: Limits, now: datetime, measured: Measured, evidence: Evidence
) -> None:
    """Everywhere backups are kept, the newest finished one is young enough to lose no more than a day."""
    evidence(backup_rules.told(backup_shelves, now))
    stale = backup_rules.stale(backup_shelves, now, limits.backup_age_hours)
    measured(backup_rules.oldest_hours(backup_shelves, now), limits.backup_age_hours)
    assert not stale, f"{listed(stale)}; expected one of at most {limits.backup_age_hours}"
