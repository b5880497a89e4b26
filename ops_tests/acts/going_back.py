"""The way back to an earlier release, and what stands against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.clients.fly_platform import connect
from ops_tests.clients.remarks import unheard
from ops_tests.clients.ways import database_of
from ops_tests.errors import Blind, UsageProblem
from ops_tests.rules import deployments as rules
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.clients.fly_proxy import FlyProxy
    from ops_tests.records.database import Migration
    from ops_tests.records.platform import Image, Machine, Release
    from ops_tests.target import Target


@dataclass(frozen=True)
class WayBack:
    """The way back to an earlier release.

    Attributes:
        machines: The machines as they are.
        live: The newest release.
        to: The release to go to.
        image: Its image.
        schema: What is known of the migrations in between.
    """

    machines: Sequence[Machine]
    live: Release
    to: Release
    image: Image
    schema: str


def way_back(target: Target, to: str = "") -> WayBack:
    """Find the way back.

    Args:
        target: The target.
        to: The release's number, with or without ``v``; "" for the newest before the image that runs.

    Raises:
        UsageProblem: No such release, none to go back to, a migration in between, or no platform.
        Blind: The platform or the database cannot be looked at.
    """
    platform = connect(target)
    machines, known = platform.machines(), platform.releases()
    release, image = _wanted(known, machines, to)
    return WayBack(machines, max(known, key=lambda one: one.version), release, image, _schema(target, release, known))


def _wanted(known: Sequence[Release], machines: Sequence[Machine], to: str) -> tuple[Release, Image]:
    others, earlier = rules.other_releases(known, machines), rules.earlier(known, machines)
    there = f"there are {listed(f'v{one.version}' for one in others)}" if others else "there is none"
    if not to:
        chosen, why = earlier[:1], f"no complete release is older than the image that runs; of another image {there}"
    else:
        chosen = [one for one in others if str(one.version) == to.removeprefix("v")]
        why = f"{to!r} is no complete release of an image other than the one that runs; {there}"
    if not chosen or chosen[0].image is None:
        raise UsageProblem(f"nothing to roll back to: {why}. See them all: python -m ops_tests releases --last 25")
    return chosen[0], chosen[0].image


def _schema(target: Target, release: Release, known: Sequence[Release]) -> str:
    """What is known of the migrations since a release; raises when one stands in the way, or nobody can say."""
    if target.database is None:
        return (
            f"migrations: nobody looked, since {target.file} has no [database]; was there one since v{release.version}?"
        )
    try:
        migrations = _migrations(target)
    except Blind as error:
        message = f"no rollback, since nobody can say whether a migration finished since v{release.version}: {error}"
        raise type(error)(message) from None
    if between := rules.migrated_since(release, known, migrations):
        why = "its code does not know this schema, and going back does not undo migrations"
        raise UsageProblem(f"no rollback to v{release.version}: {listed(between)}; {why}. Fix forward instead")
    return f"migrations: none since v{release.version}"


def _migrations(target: Target) -> tuple[Migration, ...]:
    proxies: dict[str, FlyProxy] = {}
    try:
        return database_of(target, proxies, unheard).migrations()
    finally:
        for proxy in proxies.values():
            proxy.end()
