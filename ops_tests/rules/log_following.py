"""Following a log: where to read on, what of it was really seen, and which entries are wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.rules.log_entries import Entry, headless
from ops_tests.rules.log_errors import kind
from ops_tests.rules.log_personal_data import without_personal_data
from ops_tests.rules.log_topics import topic
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.records.logs import LogLine, LogWindow

LATE = timedelta(seconds=3)
"""So much of what was read is read again: the lines of several machines do not arrive in the order of their times."""
LONGEST_ENTRY = 4000
BEGINNING_UNSEEN = "<cut: how this entry began was not seen>"
"""It may go on with a payload, of which only the beginning tells that it is one."""


@dataclass
class Course:
    """How far a log that is followed was seen.

    Attributes:
        began_at: From when on lines are wanted, UTC.
        since: Where to read on, UTC.
        reached: Up to when it was seen, UTC.
        newest: When the newest line was written, UTC; None without lines.
        gaps: Stretches of which nobody knows what was written.
    """

    began_at: datetime
    since: datetime = field(init=False)
    reached: datetime = field(init=False)
    newest: datetime | None = None
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    _seen: set[LogLine] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.since = self.reached = self.began_at

    def take(self, window: LogWindow) -> list[LogLine]:
        """The lines of a window that are new, oldest first; where to read on is noted, and what was missed."""
        fresh = [line for line in window.lines if line not in self._seen]
        if window.newest is not None and window.oldest is not None:
            if not window.complete and window.oldest > self.reached:
                self.gaps.append((self.reached, window.oldest))
            self.newest = max(window.newest, self.newest or window.newest)
            more_follows = window.until - window.newest <= timedelta(microseconds=1)
            self.since = window.until if more_follows else max(self.since, window.newest - LATE)
            self.reached = max(self.reached, window.newest)
        if window.complete:
            self.reached = max(self.reached, window.until)
        self._seen = {line for line in {*self._seen, *fresh} if line.timestamp >= self.since}
        return fresh

    def end(self, ended_at: datetime) -> None:
        """Nothing is read any more: what lies beyond the last look that succeeded is a gap."""
        if ended_at - self.reached > LATE:
            self.gaps.append((self.reached, ended_at))

    def told(self, ended_at: datetime) -> list[str]:
        """How much of the time was seen, and a line for each gap."""
        missed = sum((until - begin for begin, until in self.gaps), timedelta())
        seen = max(ended_at - self.began_at - missed, timedelta())
        newest = f", newest line {_clock(self.newest)}" if self.newest else ", no line in that time"
        return [
            f"covered {duration(seen.total_seconds())} of {_stretch(self.began_at, ended_at)}{newest}",
            *(f"gap: {_stretch(begin, until)} was not delivered" for begin, until in self.gaps),
        ]


@dataclass(frozen=True)
class Filter:
    """Which entries are wanted; what is empty lets everything through.

    Attributes:
        topic: The beginning of a topic (``app/``, ``APP/UNINSTALLED``) or of a webhook path behind ``/webhooks/``.
        text: What the entry says as it is shown, in capitals or not.
        errors: Only errors.
    """

    topic: str = ""
    text: str = ""
    errors: bool = False

    def wants(self, entry: Entry, shown: str) -> bool:
        """Whether an entry that is shown so is wanted."""
        named = topic(entry).lower().removeprefix("/webhooks/")
        return (
            (not self.topic or named.startswith(self.topic.lower().removeprefix("/webhooks/")))
            and self.text.lower() in shown.lower()
            and (not self.errors or kind(entry) is not None)
        )


def shown(entry: Entry) -> str:
    """The entry's text without personal data."""
    text = BEGINNING_UNSEEN if headless(entry) else without_personal_data(entry.text)
    return text if len(text) <= LONGEST_ENTRY else f"{text[:LONGEST_ENTRY]}..."


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%SZ}"


def _stretch(begin: datetime, until: datetime) -> str:
    return f"{_clock(begin)} to {_clock(until)} ({duration((until - begin).total_seconds())})"
