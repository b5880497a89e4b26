"""When the runbook wants what: the one place where times of day stand. All are UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

QUARTERS = (1, 4, 7, 10)
EARLIEST_MINUTE, MINUTES = 7, 43
"""So many minutes of an hour begin something, the first at 7 past: on the hour schedulers everywhere are busiest."""
DAILY, CLEANUPS = 7, 0
"""The runbook's own minutes: the morning round at 06:07, the clean-ups at 02:00 and 03:00."""


@dataclass(frozen=True)
class When:
    """A moment that comes again.

    Attributes:
        minute: Of the hour; with ``every``, the first one of it.
        every: Minutes from one to the next within an hour; None for once an hour.
        hour: Of the day, UTC; None for each.
        monday: Whether only on Mondays.
        first: Whether only on the first of a month.
        months: Only in these; none for each.
    """

    minute: int
    every: int | None = None
    hour: int | None = None
    monday: bool = False
    first: bool = False
    months: tuple[int, ...] = ()

    @property
    def cron(self) -> str:
        """The five fields of a crontab."""
        minute = f"{self.minute}-59/{self.every}" if self.every else str(self.minute)
        hour = "*" if self.hour is None else str(self.hour)
        months = ",".join(map(str, self.months)) or "*"
        return f"{minute} {hour} {'1' if self.first else '*'} {months} {'1' if self.monday else '*'}"

    @property
    def calendar(self) -> str:
        """The event of systemd.time(7)."""
        minute = f"{self.minute:02}" + (f"/{self.every}" if self.every else "")
        hour = "*" if self.hour is None else f"{self.hour:02}"
        months = ",".join(f"{month:02}" for month in self.months) or "*"
        day = "01" if self.first else "*"
        return f"{'Mon ' if self.monday else ''}*-{months}-{day} {hour}:{minute}:00 UTC"


def timetable(target: str) -> Mapping[str, When]:
    """When each suite and each clean-up of a target begins, by name.

    Where the runbook names no minute, it follows from the target's name, so that many targets do not begin at once and
    each keeps its own. No two of one target begin in the same minute: those of a day are an hour apart, and smoke keeps
    off them.

    Args:
        target: The target's name.
    """
    minute = EARLIEST_MINUTE + int.from_bytes(sha256(target.encode()).digest()) % MINUTES
    free = [first for first in range(5) if first not in {minute % 5, DAILY % 5, CLEANUPS % 5}]
    return {
        "retention": When(CLEANUPS, hour=2),
        "dead-letters": When(CLEANUPS, hour=3),
        "smoke": When(free[minute % len(free)], every=5),
        "daily": When(DAILY, hour=6),
        "weekly": When(minute, hour=7, monday=True),
        "monthly": When(minute, hour=8, first=True),
        "audit": When(minute, hour=9, first=True, months=QUARTERS),
    }
