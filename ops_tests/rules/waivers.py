"""Judging waivers: which one covers a check, and what it makes of the check's verdict."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from fnmatch import fnmatchcase

from ops_tests.records.run import Waiver

NOTICE_DAYS = 7
"""From so many days before its end on a waiver says that it ends."""


def covering(waivers: Iterable[Waiver], check: str) -> Waiver | None:
    """The waiver of a check, the one that holds longest if there are several.

    In a pattern ``*`` and ``?`` are wild; brackets are themselves, because ids bear them.
    """
    fitting = [one for one in waivers if fnmatchcase(check, one.check.replace("[", "[[]"))]
    return max(fitting, key=lambda one: one.until, default=None)


def expired(waiver: Waiver, today: date) -> bool:
    """Whether a waiver holds no longer; it holds through its last day (UTC)."""
    return today > waiver.until


def expiry(waiver: Waiver) -> str:
    """What to say of an expired waiver behind the finding it no longer covers."""
    return f"no longer waived: the waiver of {waiver.owner} ended {waiver.until} ({waiver.reason})"


def notice(waiver: Waiver, today: date) -> list[str]:
    """The note that a waiver ends soon, or nothing."""
    days = (waiver.until - today).days
    if days > NOTICE_DAYS:
        return []
    when = "today" if days == 0 else "tomorrow" if days == 1 else f"in {days} days"
    return [f"the waiver ends {when}, on {waiver.until}: mend it, or {waiver.owner} renews it"]


def unneeded(waiver: Waiver) -> str:
    """The note on a check that holds although a waiver covers it."""
    return f'waiver no longer needed: "{waiver.check}" ({waiver}); take it out of the file'
