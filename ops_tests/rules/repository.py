"""Judging releases and routine by what the application's repository says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.machines import serving
from ops_tests.rules.releases import newest_complete, same_image

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.platform import Machine, Release
    from ops_tests.records.repository import Changelog, FileChange, Tag

_VERSION = re.compile(r"\d+(?:\.\d+)+(?:[-+][0-9A-Za-z.+-]*[0-9A-Za-z])?")
_HEADING = re.compile(r"^(?:#{1,6} +(.+)|(.+)\n(?:={3,}|-{3,})) *$", re.MULTILINE)


def released_commit(releases: Sequence[Release], machines: Iterable[Machine]) -> str:
    """The commit of the newest complete release, as its image's labels name it.

    Raises:
        NotCovered: No release is complete, no machine runs its image, or the image bears no such label.
    """
    release = newest_complete(releases)
    running = [one for one in serving(machines) if release.image and same_image(one.image, release.image)]
    if not running:
        raise NotCovered(f"no machine runs the image of release v{release.version}, so nothing tells its commit")
    commit = next((one.commit for one in running if one.commit), "")
    if not commit:
        raise NotCovered(
            f"the image of release v{release.version} bears no label with its commit; expected one. Next: into the "
            "last stage of the Dockerfile `ARG GH_SHA` and `LABEL org.opencontainers.image.revision=$GH_SHA`, and "
            "deploy with `fly deploy --build-arg GH_SHA=$(git rev-parse HEAD)`"
        )
    return commit


def tags_at(commit: str, tags: Iterable[Tag]) -> list[str]:
    """The tags that stand at a commit, given by its whole id."""
    return [tag.name for tag in tags if tag.commit == commit]


def described(tags: Sequence[Tag]) -> str:
    """The newest tag and where it stands: ``the newest of 3 tags is v1.3.0 at 1a2b3c4d5e6f``."""
    known = [tag for tag in tags if _order(tag.name)]
    if not known:
        return "there is no tag v* at all"
    last = max(known, key=lambda tag: _order(tag.name))
    return f"the newest of {len(known)} tags is {last.name} at {last.commit[:12]}"


def newest_tag(tags: Iterable[Tag]) -> Tag:
    """The tag with the highest version.

    Raises:
        NotCovered: No tag is a version's.
    """
    known = [tag for tag in tags if _order(tag.name)]
    if not known:
        raise NotCovered(
            "the clone has no tag like v1.2.3; expected one of each version. Was none ever made, or was it cloned "
            "without? Next: git fetch --tags"
        )
    return max(known, key=lambda tag: _order(tag.name))


def _order(name: str) -> tuple[object, ...]:
    """What sorts versions: numbers as numbers, and a pre-release before its release; empty for what is none."""
    found = re.fullmatch(r"v(\d{1,9}(?:\.\d{1,9})*)(-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?", name)
    if not found:
        return ()
    numbers = tuple(int(number) for number in found[1].split("."))
    pieces = re.findall(r"\d{1,9}|[A-Za-z]+", found[2] or "")
    return (
        numbers,
        not found[2],
        [(not piece.isdigit(), int(piece) if piece.isdigit() else 0, piece) for piece in pieces],
    )


def unnamed(changelog: Changelog) -> list[str]:
    """The newest version, when no heading of the changelog bears it, neither as tagged nor as checked out.

    Raises:
        NotCovered: The changelog is in neither.
    """
    if not changelog.at_tag and not changelog.at_head:
        raise NotCovered(
            f"{changelog.path} is neither in {changelog.tag} nor checked out, or it is empty; expected a changelog. "
            "Correct repository.changelog"
        )
    named = sections(changelog.at_tag) | sections(changelog.at_head)
    return [] if changelog.tag.removeprefix("v") in named else [f"{changelog.path} has no section for {changelog.tag}"]


def sections(changelog: str) -> set[str]:
    """The versions in the headings of a changelog, the first of each heading: later ones stand in links."""
    headings = (first or second for first, second in _HEADING.findall(changelog))
    return {found[0] for heading in headings if (found := _VERSION.search(heading))}


def age_days(change: FileChange, now: datetime) -> float:
    """Days since the change.

    Raises:
        NotCovered: It is dated more than a day ahead of this runner's clock.
    """
    days = (now - change.changed_at).total_seconds() / 86400
    if days < -1:
        raise NotCovered(
            f"{change.path} was last changed on {change.changed_at:%Y-%m-%d}, which is yet to come; expected a past "
            "day. Look at this runner's clock"
        )
    return max(days, 0.0)


def reminder(change: FileChange, now: datetime, limit: Limit) -> list[str]:
    """The sentence that reminds of the dependencies, when their lock file has been the same for too long."""
    days = age_days(change, now)
    if days <= limit.value:
        return []
    return [
        f"{change.path} was last changed on {change.changed_at:%Y-%m-%d}, {days:.0f} d ago; expected {limit} at most"
    ]
