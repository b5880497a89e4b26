"""What shows that an image is not live, where going back leads, and which migrations stand against it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.database import Migration
from ops_tests.records.platform import Deployment, Image, Machine, Release
from ops_tests.rules.deployments import earlier, migrated_since, other_releases, undeployed

START = datetime(2026, 11, 1, 12, tzinfo=UTC)
SHOP = "registry.fly.io/shop"


def machine(tag: str, digest: str = "", identity: str = "a") -> Machine:
    return Machine(identity, "started", "fra", Image(SHOP, tag, digest or f"sha256:{tag}"))


def release(version: int, tag: str, status: str = "complete") -> Release:
    return Release(version, status, START + timedelta(days=version), Image(SHOP, tag) if tag else None)


DONE = Deployment(
    image=Image(SHOP, "old"),
    said="",
    seconds=12,
    machines=((machine("new"), machine("new", identity="b")), (machine("old"), machine("old", identity="b"))),
    releases=((release(2, "new"), release(1, "old")), (release(3, "old"), release(2, "new"), release(1, "old"))),
)


def after(*machines: Machine) -> Deployment:
    return replace(DONE, machines=(DONE.machines[0], machines))


def made(*releases: Release) -> Deployment:
    return replace(DONE, releases=(DONE.releases[0], releases))


def test_an_image_on_every_machine_with_a_complete_release_is_deployed() -> None:
    assert undeployed(DONE) == []


def test_what_fly_said_counts_for_nothing() -> None:
    assert undeployed(replace(DONE, said="fly deploy failed (exit 1): timeout")) == []


@pytest.mark.parametrize(
    ("deployment", "seen"),
    [
        (after(machine("old"), machine("new", identity="b")), f"machine b runs {SHOP}:new@sha256:new"),
        (after(machine("old", "sha256:new")), "machine a still has the digest it had"),
        (after(machine("old"), machine("old", "sha256:x", "b")), "the machines have 2 digests of one image"),
        (after(replace(machine("old"), image=Image(SHOP, "old"))), "machine a shows no digest"),
        (made(release(2, "new")), "there is no release after v2"),
        (made(release(3, "old", "failed")), "release v3 is failed"),
        (made(release(3, "new")), f"release v3 is of {SHOP}:new"),
        (made(release(3, "")), "release v3 is of no image"),
    ],
)
def test_what_is_not_deployed_is_named(deployment: Deployment, seen: str) -> None:
    assert undeployed(deployment) == [seen]


def test_without_a_machine_nothing_shows_a_deployment() -> None:
    with pytest.raises(NotCovered):
        undeployed(after())
    with pytest.raises(NotCovered):
        other_releases([release(1, "old")], [])


RELEASES = [release(4, "c"), release(3, "b", "failed"), release(2, "b"), release(1, "a")]


def versions(releases: list[Release]) -> list[int]:
    return [one.version for one in releases]


def test_back_leads_to_the_newest_complete_release_of_another_image() -> None:
    assert versions(earlier(RELEASES, [machine("c")])) == [2, 1]


def test_a_release_that_only_set_a_secret_is_no_way_back() -> None:
    assert versions(earlier([release(5, "c"), *RELEASES], [machine("c")])) == [2, 1]


def test_back_a_second_time_does_not_lead_to_what_was_left() -> None:
    again = [release(5, "b"), *RELEASES]
    assert versions(earlier(again, [machine("b")])) == [1]
    assert versions(other_releases(again, [machine("b")])) == [4, 1]


@pytest.mark.parametrize("running", [["d", "d"], ["d", "c"]], ids=["on every machine", "on one of two"])
def test_from_a_deployment_that_failed_back_leads_to_the_newest_complete_release(running: list[str]) -> None:
    failed = [release(5, "d", "failed"), *RELEASES]
    assert versions(earlier(failed, [machine(tag) for tag in running]))[0] == 4


def test_from_the_first_image_nothing_leads_back() -> None:
    assert earlier([release(1, "a")], [machine("a")]) == []


def migration(days: float, *, finished: bool = True, rolled_back: bool = False) -> Migration:
    at = START + timedelta(days=days)
    return Migration(f"at {days:g}", at, at if finished else None, at if rolled_back else None)


MINUTE = 1 / 1440


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (migration(0.5), False),
        (migration(1 + 5 * MINUTE), False),
        (migration(1 + 16 * MINUTE), True),
        (migration(2 - MINUTE), True),
        (migration(2 + MINUTE), True),
        (migration(3), True),
        (migration(3, finished=False), True),
        (migration(3, rolled_back=True), False),
    ],
    ids=["before", "its own", "by hand", "before the next release", "the next one's", "later", "unfinished", "undone"],
)
def test_a_migration_since_a_release_counts(one: Migration, counts: bool) -> None:
    known = [release(2, "b"), release(1, "a")]
    assert bool(migrated_since(known[1], known, [one])) is counts


def test_the_next_release_s_migration_counts_however_soon_it_came() -> None:
    soon = replace(release(2, "b"), created_at=START + timedelta(days=1, minutes=2))
    found = migrated_since(release(1, "a"), [soon, release(1, "a")], [migration(1 + 3 * MINUTE)])
    assert found == ["at 1.00208 finished 2026-11-02 12:03Z"]
