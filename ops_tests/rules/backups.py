"""Judging backups: what is finished, and how old the newest of it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.wording import duration, excerpt, listed

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.backups import Backup, Shelf

SKEW = timedelta(minutes=10)
"""How far in the future a backup may lie: clocks differ. What lies beyond is no evidence."""
_NONE = 1e6
"""The age in hours that is measured where there is no finished backup at all: a century."""


def newest_finished(shelf: Shelf, now: datetime) -> Backup | None:
    """The youngest backup that is finished and not of the future."""
    done = [one for one in shelf.backups if one.state == "finished" and one.taken_at <= now + SKEW]
    return max(done, key=lambda one: one.taken_at, default=None)


def age_hours(shelf: Shelf, now: datetime) -> float:
    """The age of the newest finished backup, in hours."""
    newest = newest_finished(shelf, now)
    return max(0.0, (now - newest.taken_at).total_seconds() / 3600) if newest else _NONE


def oldest_hours(shelves: Sequence[Shelf], now: datetime) -> float:
    """Of the newest backups the oldest, in hours."""
    return max((age_hours(shelf, now) for shelf in shelves), default=_NONE)


def stale(shelves: Sequence[Shelf], now: datetime, limit: Limit) -> list[str]:
    """Places without a fresh finished backup, one phrase each.

    Raises:
        NotCovered: No place was named; or a young backup is in a state whose word nobody has documented, and all else
            is fresh.
    """
    old = [shelf for shelf in shelves if age_hours(shelf, now) > limit.value]
    puzzling = [shelf for shelf in old if _puzzling(shelf, now, limit)]
    found = [_phrase(shelf, now) for shelf in old if shelf not in puzzling]
    if not found and (puzzling or not shelves):
        words = {one.status for shelf in puzzling for one in shelf.backups if one.state == "unknown"}
        seen = f"a young backup of {listed(one.name for one in puzzling)} is {listed(map(excerpt, sorted(words)))}"
        raise NotCovered(f"{seen if puzzling else 'no backup place is named'}; expected one that is finished")
    return found


def _puzzling(shelf: Shelf, now: datetime, limit: Limit) -> bool:
    since = now - timedelta(hours=limit.value)
    return any(one.state == "unknown" and since <= one.taken_at <= now + SKEW for one in shelf.backups)


def _phrase(shelf: Shelf, now: datetime) -> str:
    newest = newest_finished(shelf, now)
    if newest:
        others = [one for one in shelf.backups if one.taken_at > newest.taken_at and one.state != "finished"]
        later = f", a later one is {listed(sorted({excerpt(one.status) for one in others}))}" if others else ""
        return f"the newest finished backup of {shelf.name} is {duration(age_hours(shelf, now) * 3600)} old{later}"
    states = sorted({excerpt(one.status) or "without a state" for one in shelf.backups})
    return f"{shelf.name} has no finished backup{f' ({listed(states)})' if states else ' and lists none at all'}"


def told(shelves: Sequence[Shelf], now: datetime) -> str:
    """Each place with its newest backup, as evidence."""
    return "; ".join(
        f"{shelf.name}: {newest.id or 'backup'} of {newest.taken_at:%Y-%m-%d %H:%M}Z"
        if newest
        else f"{shelf.name}: none"
        for shelf in shelves
        for newest in (newest_finished(shelf, now),)
    )
