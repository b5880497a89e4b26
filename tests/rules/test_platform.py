"""Judging machines, releases and secrets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.platform import Image, Machine, MachineCheck, Release, SecretName
from ops_tests.rules import machines, releases, secrets
from ops_tests.target_parts import SecretsPart

NOW = datetime(2026, 11, 21, tzinfo=UTC)
NEW, OLD = Image("registry.fly.io/app", "new", "sha256:aa"), Image("registry.fly.io/app", "old", "sha256:bb")
MACHINE = Machine("m1", "started", "fra", NEW, checks=(MachineCheck("http", "passing"),))
V3, V2, V1 = (
    Release(3, "complete", NOW, NEW),
    Release(2, "complete", NOW, NEW),
    Release(1, "complete", NOW, OLD),
)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([MACHINE], []),
        ([MACHINE, replace(MACHINE, id="m2", state="stopped", auto_stop=True)], []),
        ([MACHINE, replace(MACHINE, id="m2", state="suspended", auto_stop=True)], []),
        ([MACHINE, replace(MACHINE, id="m2", state="stopped")], ["machine m2 is stopped"]),
        ([MACHINE, replace(MACHINE, id="m2", state="replacing", auto_stop=True)], ["machine m2 is replacing"]),
        ([MACHINE, replace(MACHINE, id="m2", state="destroyed")], []),
        ([MACHINE, replace(MACHINE, id="m2", state="stopped", process_group="fly_app_release_command")], []),
        ([], ["0 of 0 machines are started"]),
        ([replace(MACHINE, state="stopped", auto_stop=True)], ["0 of 1 machines are started"]),
        ([replace(MACHINE, host_status="unreachable")], ["machine m1: host unreachable"]),
        ([replace(MACHINE, checks=(MachineCheck("http", "critical"),))], ["machine m1: check http is critical"]),
        ([replace(MACHINE, checks=(MachineCheck("http", "warning"),))], ["machine m1: check http is warning"]),
    ],
)
def test_everything_wrong_with_the_machines_is_named(found: list[Machine], said: list[str]) -> None:
    assert machines.unwell(found, minimum=1) == said


def test_too_few_started_machines_are_counted() -> None:
    assert machines.unwell([MACHINE], minimum=2) == ["1 of 1 machines are started"]


def test_a_machine_without_checks_is_worth_a_note() -> None:
    assert machines.unchecked([replace(MACHINE, checks=())]) == ["machine m1 has no health check of the platform"]
    assert machines.unchecked([MACHINE]) == []


def test_the_newest_release_must_be_complete_on_every_machine() -> None:
    assert releases.incomplete([V1, V3, V2], machines.running([MACHINE])) == []
    assert releases.incomplete([replace(V3, status="failed"), V2], machines.running([replace(MACHINE, image=OLD)])) == [
        "release v3 is failed",
        "machine m1 runs registry.fly.io/app:old@sha256:bb, not registry.fly.io/app:new@sha256:aa",
    ]


def test_no_release_at_all_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="lists no release"):
        releases.incomplete([], machines.running([MACHINE]))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (NEW, NEW, True),
        (NEW, OLD, False),
        (NEW, replace(NEW, tag="moved"), True),
        (NEW, replace(NEW, digest=""), True),
        (replace(NEW, digest=""), replace(OLD, digest=""), False),
    ],
)
def test_images_are_the_same_by_digest_or_else_by_name(one: Image, other: Image, same: bool) -> None:
    assert releases.same_image(one, other) is same


def test_a_rollback_candidate_is_earlier_complete_and_another_image() -> None:
    assert releases.rollback_candidates([V3, V2, V1]) == [V1]
    assert releases.rollback_candidates([V3, V2]) == []
    assert releases.rollback_candidates([V3, replace(V1, status="failed")]) == []
    assert releases.rollback_candidates([V3, replace(V1, image=None)]) == []
    assert releases.rollback_candidates([]) == []


@pytest.mark.parametrize(
    "expected", ["new", "sha256:aa", "registry.fly.io/app:new", "registry.fly.io/app@sha256:aa", str(NEW), ""]
)
def test_the_expected_image_is_recognised_by_any_of_its_names(expected: str) -> None:
    assert releases.not_live(expected, machines.running([MACHINE])) == []


def test_another_image_or_release_is_named() -> None:
    assert releases.not_live("old", machines.running([MACHINE])) == [
        "machine m1 runs registry.fly.io/app:new@sha256:aa"
    ]
    assert releases.other_release(2, [V3]) == ["the newest release is v3"]
    assert releases.other_release(None, [V3]) == releases.other_release(3, [V3]) == []


def test_an_expected_image_needs_a_machine() -> None:
    with pytest.raises(NotCovered, match="lists no machine"):
        releases.not_live("new", [])


FOUND = [SecretName("A", "Deployed"), SecretName("B", "Deployed"), SecretName("B", "Deployed")]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (SecretsPart(names=("A", "B")), []),
        (SecretsPart(names=("A", "C")), ["C is missing", "B is not documented"]),
        (SecretsPart(count=2), []),
        (SecretsPart(count=12), ["2 secrets"]),
    ],
)
def test_secrets_are_compared_by_name_or_else_by_count(part: SecretsPart, said: list[str]) -> None:
    assert secrets.undocumented(FOUND, part) == said


def test_staged_and_partial_secrets_are_named() -> None:
    found = [SecretName("A", "Deployed"), SecretName("B", "Staged"), SecretName("C", "Partial")]
    assert secrets.undeployed(found) == ["B is staged", "C is partial"]


@pytest.mark.parametrize(
    "found",
    [[], [SecretName("A", "")], [SecretName("A", "Unknown")], [SecretName("A", "Staged"), SecretName("B", "Staged")]],
)
def test_a_platform_that_does_not_say_proves_nothing(found: list[SecretName]) -> None:
    with pytest.raises(NotCovered):
        secrets.undeployed(found)


@pytest.mark.parametrize(
    ("status", "minutes", "said"),
    [("running", 3, "deploying v43, running for 3 min"), ("running", 15, ""), ("complete", 3, ""), ("failed", 3, "")],
)
def test_a_deploy_is_under_way_while_its_release_runs_and_for_a_quarter_of_an_hour_at_most(
    status: str, minutes: float, said: str
) -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    older = Release(42, "complete", now - timedelta(days=1), None)
    newest = Release(43, status, now - timedelta(minutes=minutes), None)
    assert releases.under_way([older, newest], now) == said
    assert releases.under_way([], now) == ""
