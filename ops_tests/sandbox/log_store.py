"""The log as the platform keeps it: strictly rising nanosecond times, read as the newest page or from a moment on."""

from __future__ import annotations

import bisect
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Line

PAGE = 100
DAY = 24 * 3600 * 10**9
PAUSE = 10**8


@dataclass(frozen=True)
class Entry:
    """One stored line; ``at`` is its time in nanoseconds of the Unix epoch."""

    at: int
    message: str
    instance: str
    region: str = "fra"
    provider: str = "app"


class LogStore:
    """Lines of several threads in the order of their times."""

    def __init__(self, instances: tuple[str, ...], *, takes_new: bool = True) -> None:
        self._instances = instances
        self._takes_new = takes_new
        self._turn = 0
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def remember(self, lines: list[Line]) -> None:
        """Store lines of the past, oldest first."""
        now = time.time_ns()
        with self._lock:
            for line in lines:
                self._append(now - int(line.seconds_ago * 1e9), line.message)

    def write(self, message: str) -> None:
        """Store what is written now; a text of several lines becomes as many, which no other line comes between."""
        if self._takes_new:
            with self._lock:
                for line in message.split("\n"):
                    self._append(time.time_ns(), line)

    def _append(self, at: int, message: str) -> None:
        """Store one line; what is written in one go comes from one machine, then it is another's turn."""
        last = self._entries[-1].at if self._entries else 0
        self._turn += at - last > PAUSE
        instance = self._instances[self._turn % len(self._instances)]
        self._entries.append(Entry(max(at, last + 1), message, instance))

    def page(self, token: str, instance: str = "", region: str = "") -> tuple[list[Entry], str]:
        """One page as Fly's logs API cuts it.

        Args:
            token: Nanoseconds of the Unix epoch from which on to read; "" for the newest lines of the last 24 hours.
            instance: Only this machine's lines, unless "".
            region: Only this region's lines, unless "".

        Returns:
            At most 100 entries, oldest first, and the token to go on with: the same again when there are none.
        """
        with self._lock:
            start = bisect.bisect_left(
                self._entries, int(token) if token else time.time_ns() - DAY, key=lambda entry: entry.at
            )
            found = [
                entry
                for entry in self._entries[start:]
                if instance in {"", entry.instance} and region in {"", entry.region}
            ]
        entries = found[:PAGE] if token else found[-PAGE:]
        return entries, str(entries[-1].at + 1) if entries else token
