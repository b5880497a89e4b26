"""``releases`` and ``rollback``: what was released, and the way back to an earlier image."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.clients.acting.fly import ActingFly, deploying
from ops_tests.clients.remarks import unheard
from ops_tests.clients.ways import database_of
from ops_tests.clients.web import Web
from ops_tests.errors import ActionFailed, Blind, Unreachable, UsageProblem
from ops_tests.permit import Permit
from ops_tests.records.database import Migration
from ops_tests.records.platform import Image, Machine, Release
from ops_tests.rules import deployments as rules
from ops_tests.rules.releases import described
from ops_tests.rules.wording import duration, listed
from ops_tests.target import Target
from ops_tests.tools.acting import Asked
from ops_tests.tools.platform_seen import afterwards, now, part_of, platform_of, typed, watched

if TYPE_CHECKING:
    from ops_tests.clients.fly_proxy import FlyProxy

HEALTH_SECONDS = 60.0
"""How long health may take to answer 200 after the last machine is healthy."""
HEALTH_PAUSE_SECONDS = 1.0


def releases(target: Target, last: int, *, as_json: bool) -> Iterator[str]:
    """The newest releases, newest first, a line each.

    Raises:
        UsageProblem: The target has no platform.
        Blind: The platform cannot be looked at.
    """
    found = sorted(platform_of(target).releases(), key=lambda one: -one.version)[:last]
    for one in found:
        yield json.dumps(_document(one)) if as_json else described(one)
    if not found and not as_json:
        yield f"{part_of(target).app} was never released, or the token may not see it"


def _document(one: Release) -> dict[str, object]:
    image = str(one.image) if one.image else None
    return {**dataclasses.asdict(one), "created_at": one.created_at.isoformat(), "image": image}


@dataclass(frozen=True)
class _Way:
    """The way back: the machines and releases as they are, the release to go to, its image, what speaks for it."""

    machines: Sequence[Machine]
    live: Release
    to: Release
    image: Image
    schema: str


def rollback(asked: Asked, to: str) -> Iterator[str]:
    """Deploy the image of an earlier release; yields what there is to say.

    Args:
        asked: What was typed.
        to: The release's number, with or without ``v``; "" for the newest before the image that runs.

    Raises:
        UsageProblem: No such release, none to go back to, a migration in between, or no platform.
        NotPermitted: It is to be done and may not be.
        ActionFailed: Not every machine runs the image, or health does not answer 200.
        Blind: The platform or the database cannot be looked at.
    """
    if asked.yes:
        with asked.permit() as permit:
            yield from watched(asked.target, _rolled_back(asked.target, permit, _way(asked.target, to)))
        return
    way = _way(asked.target, to)
    yield from now(way.machines)
    yield f"newest: {described(way.live)}"
    yield f"back to: {described(way.to)}"
    yield way.schema
    yield "secrets and configuration stay as they are now"
    yield from typed(asked.target, [deploying(part_of(asked.target).app, way.image)])
    yield asked.not_done


def _rolled_back(target: Target, permit: Permit, way: _Way) -> Iterator[str]:
    done = ActingFly(target, permit).deploy(way.image)
    if wrong := rules.undeployed(done):
        raise ActionFailed(f"{done.said or 'fly called it a success (exit 0)'}; seen: {listed(wrong)}")
    yield f"every machine runs the image of v{way.to.version} after {duration(done.seconds)}"
    if done.said:
        yield f"  although fly said otherwise: {done.said}"
    yield f"health answers 200 after {duration(_health_seconds(target))}"
    yield from afterwards(target)


def _way(target: Target, to: str) -> _Way:
    platform = platform_of(target)
    machines, known = platform.machines(), platform.releases()
    release, image = _wanted(known, machines, to)
    return _Way(machines, max(known, key=lambda one: one.version), release, image, _schema(target, release, known))


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


def _health_seconds(target: Target) -> float:
    """How long it took until health answered 200."""
    web, started = Web(target.base_url, authority=target.authority), time.monotonic()
    while True:
        seen = _answered(web, target.health.path)
        took = time.monotonic() - started
        if seen == "200":
            return took
        if took > HEALTH_SECONDS:
            where = target.base_url + target.health.path
            raise ActionFailed(f"{where}: {seen}; expected 200 within {HEALTH_SECONDS:g} s of the deployment")
        time.sleep(HEALTH_PAUSE_SECONDS)


def _answered(web: Web, path: str) -> str:
    try:
        return str(web.get(path).status)
    except Unreachable as error:
        return str(error)
