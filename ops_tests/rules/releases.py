"""Judging releases and the version that is live."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.records.platform import Image, Release, Running

COMPLETE = {"complete", "succeeded"}


def newest(releases: Sequence[Release]) -> Release:
    """The one that was made last; of two at the same moment that with the higher number.

    A number alone does not tell it: on Cloudflare an earlier version may be deployed again.

    Raises:
        NotCovered: The platform lists none.
    """
    if not releases:
        raise NotCovered("the platform lists no release; was the application ever deployed, and may the token see it?")
    return max(releases, key=_age)


def _age(release: Release) -> tuple[datetime, int]:
    return release.created_at, release.version


def newest_complete(releases: Sequence[Release]) -> Release:
    """The complete release that was made last.

    Raises:
        NotCovered: No release is complete.
    """
    complete = [release for release in releases if release.status in COMPLETE]
    if not complete:
        raise NotCovered(f"none of the {len(releases)} releases listed is complete, so nothing tells what was released")
    return newest(complete)


def live_release(releases: Iterable[Release]) -> str:
    """The newest complete release by name, ``v42``, or ""."""
    complete = [release for release in releases if release.status in COMPLETE]
    return newest(complete).name if complete else ""


def serving_image(running: Iterable[Running]) -> str:
    """The tag, or else the digest, of the one image that serves everywhere; "" where there are several or none."""
    images = {one.image.tag or one.image.digest for one in running}
    return images.pop() if len(images) == 1 else ""


def described(release: Release) -> str:
    """One phrase: number, status, time, image."""
    return f"{release.name} {release.status} since {release.created_at:%Y-%m-%d %H:%M}Z, {release.image or 'no image'}"


def incomplete(releases: Sequence[Release], running: Sequence[Running]) -> list[str]:
    """What keeps the newest release from being complete: its own status, and what runs another image.

    Raises:
        NotCovered: Nothing speaks against it, but nothing runs or there is no image to compare.
    """
    release = newest(releases)
    found = [] if release.status in COMPLETE else [f"release {release.name} is {release.status}"]
    if not found and not (running and release.image):
        missing = "no image of it" if running else "no machine"
        raise NotCovered(f"the platform lists {missing}, so nothing shows that release {release.name} runs")
    return found + [
        f"{one.name} runs {one.image}, not {release.image}"
        for one in running
        if release.image and not same_image(one.image, release.image)
    ]


def same_image(one: Image, other: Image) -> bool:
    """Whether two references mean the same image: by digest where both have one, else by repository and tag."""
    if one.digest and other.digest:
        return one.digest == other.digest
    return (one.repository, one.tag) == (other.repository, other.tag)


def rollback_candidates(releases: Sequence[Release]) -> list[Release]:
    """Earlier complete releases with an image other than the one that is live, newest first.

    Setting a secret makes a release with the same image; going back to that would change nothing.
    """
    complete = sorted((one for one in releases if one.status in COMPLETE and one.image), key=_age, reverse=True)
    if not complete or complete[0].image is None:
        return []
    live = complete[0].image
    return [one for one in complete[1:] if one.image and not same_image(one.image, live)]


def not_live(expected: str, running: Sequence[Running]) -> list[str]:
    """What does not run the expected image, given as a whole reference, a tag or a digest; "" expects none.

    Raises:
        NotCovered: Nothing runs that could be compared.
    """
    if expected and not running:
        raise NotCovered("the platform lists no machine, so nothing shows which image is live")
    return [f"{one.name} runs {one.image}" for one in running if expected and expected not in _names(one.image)]


def _names(image: Image) -> set[str]:
    by_tag = f"{image.repository}:{image.tag}"
    return {
        name
        for name in (str(image), by_tag, image.tag, image.digest, f"{image.repository}@{image.digest}")
        if name.strip(":@")
    }


def other_release(expected: int | None, releases: Sequence[Release]) -> list[str]:
    """The newest release, when it is not the expected number."""
    release = newest(releases)
    return [] if expected in (None, release.version) else [f"the newest release is {release.name}"]


DEPLOY_LASTS = timedelta(minutes=15)
"""A release that runs longer than that is no deploy under way but one that hangs."""


def under_way(releases: Sequence[Release], now: datetime) -> str:
    """The newest release while it is being deployed, as a phrase; "" when none is, or it takes too long."""
    if not releases:
        return ""
    release = newest(releases)
    age = now - release.created_at
    if release.status != "running" or age >= DEPLOY_LASTS:
        return ""
    return f"deploying v{release.version}, running for {duration(max(age.total_seconds(), 0))}"
