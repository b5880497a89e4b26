"""Judging what came of a deployment, and what stands against going back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.machines import serving
from ops_tests.rules.releases import COMPLETE, DEPLOY_LASTS, newest, same_image

if TYPE_CHECKING:
    from ops_tests.records.database import Migration
    from ops_tests.records.platform import Deployment, Image, Machine, Release


def undeployed(one: Deployment) -> list[str]:
    """What shows that the image was not wholly deployed, one phrase each; fly's own word is not among it.

    Raises:
        NotCovered: The platform lists no machine.
    """
    before, now = (serving(machines) for machines in one.machines)
    if not now:
        raise NotCovered(f"the platform lists no machine, so nothing shows that {one.image} is live")
    found = [f"machine {each.id} runs {each.image}" for each in now if not same_image(each.image, one.image)]
    # A tag may be shown before the machine has it: what ran another image must show another digest, and all the same.
    others = {each.image.digest for each in before if not same_image(each.image, one.image)}
    found += [f"machine {each.id} shows no digest" for each in now if not each.image.digest]
    if not found:
        found += [f"machine {each.id} still has the digest it had" for each in now if each.image.digest in others]
        digests = {each.image.digest for each in now}
        found += [f"the machines have {len(digests)} digests of one image"] if len(digests) > 1 else []
    return found + _not_released(one)


def _not_released(one: Deployment) -> list[str]:
    before, made = (newest(releases) for releases in one.releases)
    if made.version <= before.version:
        return [f"there is no release after v{before.version}"]
    found = [] if made.status in COMPLETE else [f"release v{made.version} is {made.status}"]
    if made.image is None or not same_image(made.image, one.image):
        found.append(f"release v{made.version} is of {made.image or 'no image'}")
    return found


def earlier(releases: Sequence[Release], machines: Iterable[Machine]) -> list[Release]:
    """Complete releases from before the image that the machines run, newest first: where going back leads.

    So going back a second time goes on into the past and not to what was just left. While the machines run several
    images, or that of no complete release, every complete one counts.
    """
    others = other_releases(releases, machines)
    running = [one.version for one in releases if one.status in COMPLETE and one.image and one not in others]
    return [one for one in others if not running or one.version < min(running)]


def other_releases(releases: Sequence[Release], machines: Iterable[Machine]) -> list[Release]:
    """Complete releases of an image that not every machine runs, newest first.

    Raises:
        NotCovered: The platform lists no machine, so that nobody knows what runs.
    """
    images = [one.image for one in serving(machines)]
    if not images:
        raise NotCovered("the platform lists no machine, so nothing shows which image runs")
    complete = sorted((one for one in releases if one.status in COMPLETE), key=lambda one: -one.version)
    return [one for one in complete if one.image and not _run_everywhere(one.image, images)]


def _run_everywhere(image: Image, images: Iterable[Image]) -> bool:
    return all(same_image(one, image) for one in images)


def migrated_since(release: Release, releases: Iterable[Release], migrations: Iterable[Migration]) -> list[str]:
    """Migrations that a release does not know of, one phrase each: those finished, or begun and not ended, after it.

    A release's own migrations end while it is deployed, so what ends within 15 minutes of its beginning counts as its
    own, but nothing from the next release on. What was rolled back does not count.
    """
    since = min(
        [release.created_at + DEPLOY_LASTS, *(one.created_at for one in releases if one.version > release.version)]
    )
    return [f"{one.name} {_ended(one)}" for one in migrations if one.rolled_back_at is None and _moment(one) >= since]


def _moment(one: Migration) -> datetime:
    return one.finished_at or one.started_at


def _ended(one: Migration) -> str:
    if one.finished_at:
        return f"finished {one.finished_at:%Y-%m-%d %H:%M}Z"
    return f"{'failed' if one.failed else 'is unfinished'} since {one.started_at:%Y-%m-%d %H:%M}Z"
