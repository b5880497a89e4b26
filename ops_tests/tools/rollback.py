"""``releases`` and ``rollback``: what was released, and the way back to an earlier image."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops_tests.acts.going_back import WayBack, way_back
from ops_tests.clients import platform
from ops_tests.clients.acting.fly import ActingFly, deploying
from ops_tests.clients.fly_platform import part_of
from ops_tests.clients.web import Web
from ops_tests.errors import ActionFailed, Unreachable
from ops_tests.rules import deployments as rules
from ops_tests.rules.releases import described
from ops_tests.rules.wording import duration, listed
from ops_tests.tools.platform_seen import afterwards, now, typed, watched

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.records.platform import Release
    from ops_tests.target import Target
    from ops_tests.tools.acting import Asked

HEALTH_SECONDS = 60.0
"""How long health may take to answer 200 after the last machine is healthy."""
HEALTH_PAUSE_SECONDS = 1.0


def releases(target: Target, last: int, *, as_json: bool) -> Iterator[str]:
    """The newest releases, newest first, a line each.

    Raises:
        UsageProblem: The target has no platform.
        Blind: The platform cannot be looked at.
    """
    found = sorted(platform.connect(target).releases(), key=lambda one: one.created_at, reverse=True)[:last]
    for one in found:
        yield json.dumps(_document(one)) if as_json else described(one)
    if not found and not as_json:
        yield f"{target.name} was never released, or the token may not see it"


def _document(one: Release) -> dict[str, object]:
    image = str(one.image) if one.image else None
    split = [f"{share.name}: {share.image}" for share in one.split]
    return {**dataclasses.asdict(one), "created_at": one.created_at.isoformat(), "image": image, "split": split}


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
            yield from watched(asked.target, _rolled_back(asked.target, permit, way_back(asked.target, to)))
        return
    way = way_back(asked.target, to)
    yield from now(way.machines)
    yield f"newest: {described(way.live)}"
    yield f"back to: {described(way.to)}"
    yield way.schema
    yield "secrets and configuration stay as they are now"
    yield from typed(asked.target, [deploying(part_of(asked.target).app, way.image)])
    yield asked.not_done


def _rolled_back(target: Target, permit: Permit, way: WayBack) -> Iterator[str]:
    done = ActingFly(target, permit).deploy(way.image)
    if wrong := rules.undeployed(done):
        raise ActionFailed(f"{done.said or 'fly called it a success (exit 0)'}; seen: {listed(wrong)}")
    yield f"every machine runs the image of v{way.to.version} after {duration(done.seconds)}"
    if done.said:
        yield f"  although fly said otherwise: {done.said}"
    yield f"health answers 200 after {duration(_health_seconds(target))}"
    yield from afterwards(target)


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
