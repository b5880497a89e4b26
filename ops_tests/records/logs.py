"""What a look into the log saw."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class LogLine:
    """One line as the platform delivered it.

    Attributes:
        timestamp: When it was written, UTC.
        message: The text, without the platform's prefix and colours. May hold line breaks.
        instance: The machine that wrote it, or "".
        level: The platform's own level (``info`` for everything an application prints on Fly.io).
        provider: Who wrote it (``app``, ``proxy``, ``runner``), or "".
    """

    timestamp: datetime
    message: str
    instance: str = ""
    level: str = "info"
    provider: str = ""


@dataclass(frozen=True)
class LogForm:
    """How the records of a saved log are written: each begins at the beginning of a line and ends before the next.

    Attributes:
        begins: Fits where a record begins, and nowhere else.
        line: Reads one record; raises ``Unparsable`` where it is none.
        frame: What every record has of its own that reads like a sign of an error, from the sign on; None for nothing.
    """

    begins: re.Pattern[bytes]
    line: Callable[[bytes], LogLine]
    frame: re.Pattern[bytes] | None = None


@dataclass(frozen=True)
class LogWindow:
    """The lines of one stretch of time, oldest first, and how much of the stretch they cover.

    Attributes:
        since: Start of the stretch asked for, UTC.
        until: End of it: the moment of the reading.
        lines: What was delivered of it.
        complete: Whether the source delivered everything it has of the stretch.
        source: Who delivered it (``logs API``, ``fly logs``).
    """

    since: datetime
    until: datetime
    lines: tuple[LogLine, ...]
    complete: bool
    source: str

    def narrowed(self, since: datetime) -> LogWindow:
        """The later part of a window that was wholly delivered, as if only it had been asked for."""
        lines = tuple(line for line in self.lines if line.timestamp >= since)
        return LogWindow(since, self.until, lines, self.complete, self.source)

    @property
    def covered(self) -> tuple[datetime, datetime] | None:
        """The stretch that was really seen: all of it when complete, else from the oldest to the newest line."""
        if self.complete:
            return self.since, self.until
        return (self.oldest, self.newest) if self.oldest and self.newest else None

    @property
    def oldest(self) -> datetime | None:
        """Timestamp of the oldest line, or None without lines."""
        return self.lines[0].timestamp if self.lines else None

    @property
    def newest(self) -> datetime | None:
        """Timestamp of the newest line, or None without lines."""
        return self.lines[-1].timestamp if self.lines else None
