"""The errors of a saved log of any length: a scan finds the records that may be one, and only their entries are judged.

What an error is, ``log_errors.kind`` says alone: the scan may call too many records a candidate, and never too few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

import re2

from ops_tests.rules.log_entries import JOIN_WITHIN, Entry, begins, blank, entries, goes_on, source
from ops_tests.rules.log_errors import kind, may_tell_of_error
from ops_tests.rules.log_statuses import UNITS

if TYPE_CHECKING:
    from ops_tests.records.logs import LogForm, LogLine

PIECE = 2**20
"""So many bytes are read at once."""
REACH = 2**18
"""So many bytes before and behind a candidate the other lines of its entry are looked for; a single line may be longer.
"""

_WORDS = r"err|fatal|crit|panic|alert|emerg|exception|uncaught|unhandled|\{\\?\"level\\?\":[56]0,"
# A number of three digits; before it may stand what an escape ends with: \n, \u003e, the m of a colour.
# What is behind it must not be fetched with it where a sign may begin there: of what is dropped, none does.
_NUMBER = r"(?:^|[^0-9a-df])(?:429|5[0-9][0-9])(?:[^0-9a-z_%/.,:-]|[.,:-](?:[^0-9]|$)|$)"
# What hides a sign from a look at the bytes: a NUL or a colour within a word, any other escape, characters in JSON's
# spelling but for the < > & that fly spells so.
_HIDDEN = (
    r"\x00|[0-9a-z{\":\\]\x1b\[[0-9;]*m[0-9a-z{\":\\\x00\x1b]|\x1b(?:[^\[]|\[[0-9;]*[^0-9;m])"
    r"|\\u00(?:[014-7]|2[^6]|3[^ce])|\\(?:u[0-9a-f]{4}|[bf])(?:429|5[0-9][0-9])"
)
_NO_STATUS = re.compile(
    rf"[^0-9a-df\x1b]?(?:429|5[0-9][0-9]) (?:{UNITS})(?![\w\x80-\xff])".encode("latin-1"), re.IGNORECASE
)


def _signs() -> re2._Regexp[bytes]:
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.case_sensitive = False
    options.never_capture = True
    return re2.compile(f"{_WORDS}|{_NUMBER}|{_HIDDEN}".encode(), options)


_SIGN = _signs()


@dataclass
class Scan:
    """One reading of a saved log.

    Attributes:
        log: The log; its records are in the order of their times, as whoever wrote them down saw them.
        form: How it is written.
        size: Bytes read so far.
        oldest: When its first record was written, UTC; None before it was read.
        newest: When its last record was written, UTC; None before all was read.
    """

    log: BinaryIO
    form: LogForm
    size: int = 0
    oldest: datetime | None = None
    newest: datetime | None = None

    def errors(self) -> Iterator[Entry]:
        """The entries that are errors: those that ``log_errors.errors`` finds among all entries of the log.

        Raises:
            Unparsable: A record that was looked at cannot be read.
        """
        buffer, begin, judged, fresh = b"", 0, set[int](), b"begun"
        while fresh:
            fresh = self.log.read(PIECE)
            self.size += len(fresh)
            buffer += fresh
            records = _Records(buffer, self.form)
            end = records.start(max(len(buffer) - REACH, 0)) if fresh else len(buffer)
            if end and self.oldest is None:
                self.oldest = records.line(0).timestamp
            for place in records.candidates(begin, end):
                if place not in judged and may_tell_of_error(line := records.line(place)):
                    lines = records.around(place, line)
                    judged.update(lines)
                    yield from (entry for entry in entries([lines[at] for at in sorted(lines)]) if kind(entry))
            kept = records.start(max(end - REACH, 0))
            buffer, begin, judged = buffer[kept:], end - kept, {at - kept for at in judged if at >= end}
        self.newest = records.line(records.start(len(records.buffer) - 1)).timestamp


@dataclass(frozen=True)
class _Records:
    """The records in a part of a log, each by the place where it begins."""

    buffer: bytes
    form: LogForm

    def candidates(self, begin: int, end: int) -> Iterator[int]:
        """Which of the records that begin in a stretch may belong to an error."""
        beyond = begin
        for sign in _SIGN.finditer(self.buffer, begin, end):
            place = sign.start()
            if place >= beyond and not self._harmless(place):
                yield self.start(place)
                beyond = self._after(place)

    def _harmless(self, place: int) -> bool:
        frame = self.form.frame
        return bool(_NO_STATUS.match(self.buffer, place) or (frame and frame.match(self.buffer, place)))

    def around(self, place: int, here: LogLine) -> dict[int, LogLine]:
        """The lines of the entry to which a record belongs, by their places."""
        if blank(here):
            return {place: here}
        earlier = {} if begins(here) else _joined(here, self._before(place), goes_on)
        later = _joined(here, self._behind(place), lambda near, far: goes_on(far, near))
        return {**earlier, place: here, **later}

    def line(self, place: int) -> LogLine:
        """The record that begins at a place."""
        return self.form.line(self.buffer[place : self._after(place)])

    def _before(self, place: int) -> Iterator[tuple[int, LogLine]]:
        while place > 0:
            end, place = place, self.start(place - 1)
            yield place, self.form.line(self.buffer[place:end])

    def _behind(self, place: int) -> Iterator[tuple[int, LogLine]]:
        end = self._after(place)
        while end < len(self.buffer):
            place, end = end, self._after(end)
            yield place, self.form.line(self.buffer[place:end])

    def start(self, place: int) -> int:
        """Where the record begins to which a byte belongs."""
        while True:
            place = self.buffer.rfind(b"\n", 0, place) + 1
            if place == 0 or self.form.begins.match(self.buffer, place):
                return place
            place -= 1

    def _after(self, place: int) -> int:
        """Where the next record begins."""
        while place := self.buffer.find(b"\n", place) + 1:
            if self.form.begins.match(self.buffer, place):
                return place
        return len(self.buffer)


def _joined(
    here: LogLine, others: Iterator[tuple[int, LogLine]], joins: Callable[[LogLine, LogLine], bool]
) -> dict[int, LogLine]:
    """Those of the others, the nearest first, that hang together with a line; between them there may be other sources'.

    Args:
        here: The line.
        others: What lies before or behind it, with the places.
        joins: Whether the nearer and the farther of two lines hang together.
    """
    lines: dict[int, LogLine] = {}
    near = here
    for place, far in others:
        if abs(far.timestamp - near.timestamp) > JOIN_WITHIN:
            break
        if source(far) == source(here) and not blank(far):
            if not joins(near, far):
                break
            lines[place] = near = far
    return lines
