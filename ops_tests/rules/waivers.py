"""Judging waivers: which one covers a check, and what it makes of the check's verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Waiver

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


def with_unneeded(waivers: Sequence[Waiver], checks: Iterable[CheckRecord]) -> list[CheckRecord]:
    """One target's checks; those that hold under a waiver nobody needed in this run say so.

    A waiver with a wild pattern is needed while one of its checks is waived, and perhaps while one could not look.
    """
    known = list(checks)
    needed = {covering(waivers, one.check) for one in known if one.outcome in {"waived", "blind"}}
    return [_noted(one, covering(waivers, one.check), needed) for one in known]


def _noted(check: CheckRecord, waiver: Waiver | None, needed: set[Waiver | None]) -> CheckRecord:
    if waiver is None or waiver in needed or check.outcome not in {"ok", "note"}:
        return check
    note = f'waiver no longer needed: "{waiver.check}" ({waiver}); take it out of the file'
    return check.model_copy(update={"outcome": "note", "notes": (*check.notes, note)})


def idle(waivers: Iterable[Waiver], checks: Iterable[str]) -> list[Waiver]:
    """The waivers that cover none of the given checks, whatever endpoint or page they are about."""
    names = {_name(check) for check in checks}
    return [one for one in waivers if not any(fnmatchcase(name, _name(one.check)) for name in names)]


def _name(check: str) -> str:
    return check.partition("[")[0]
