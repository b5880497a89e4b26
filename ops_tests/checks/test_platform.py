"""Do machines, secrets and releases stand as the platform should have them?"""

from __future__ import annotations

import pytest

from ops_tests.limits import fixed
from ops_tests.plugin.instruments import ExpectedVersion
from ops_tests.plugin.recording import Evidence, Measured, Note
from ops_tests.records.platform import Machine, Release, SecretName
from ops_tests.rules import machines as machine_rules
from ops_tests.rules import releases as release_rules
from ops_tests.rules import secrets as secret_rules
from ops_tests.rules.wording import listed
from ops_tests.target import FlyPlatform, SecretsPart


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
def test_no_secret_is_staged_but_not_deployed(secret_names: tuple[SecretName, ...], measured: Measured) -> None:
    """Every secret that is set has reached the machines."""
    undeployed = secret_rules.undeployed(secret_names)
    measured(len(undeployed), fixed(0, "undeployed secrets"))
    assert not undeployed, f"{listed(undeployed)}; expected all deployed (fly secrets deploy)"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("platform.md#latest-release-is-complete")
def test_latest_release_is_complete(
    releases: tuple[Release, ...], machines: tuple[Machine, ...], measured: Measured, evidence: Evidence
) -> None:
    """The newest release is complete, and every machine runs its image."""
    evidence(release_rules.described(release_rules.newest(releases)))
    incomplete = release_rules.incomplete(releases, machines)
    measured(len(incomplete), fixed(0, "things left to do"))
    assert not incomplete, f"{listed(incomplete)}; expected the newest release complete on every machine"


@pytest.mark.post_deploy
@pytest.mark.runbook("platform.md#expected-version-is-live")
def test_expected_version_is_live(
    expected_version: ExpectedVersion, releases: tuple[Release, ...], machines: tuple[Machine, ...], measured: Measured
) -> None:
    """What the pipeline has just deployed is what runs."""
    others = release_rules.not_live(expected_version.image, machines)
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
