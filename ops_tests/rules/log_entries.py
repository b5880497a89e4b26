"""From lines to entries: a stack trace or a dumped object is one event, however many lines it was printed on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.logs import LogLine

JOIN_WITHIN = timedelta(seconds=2)
"""A dump is printed at once; a later line is an event of its own, whatever it begins with."""

_ESCAPES = re.compile(r"\x1b(?:\[[0-9:;<=>?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_LINE_BREAK = re.compile(r"\r\n?|\n")
_STACK_FRAME = re.compile(r"(?:at .*(?:\)|:\d+|<anonymous>)|(?:file://)?/\S+:\d+:\d+)$")
_BEGINNING = re.compile(r"[A-Z]{3,7} /|[A-Z_]+/[A-Z_]+[: ]|\d{4}-\d\d-\d\d[T ]|\[[\w ]+\] ")


@dataclass(frozen=True)
class Entry:
    """One event of the log.

    Attributes:
        timestamp: When its first line was written, UTC.
        instance: The machine that wrote it, or "".
        level: The platform's own level, not the one its text may carry.
        provider: Who wrote it (``app``, ``proxy``, ``runner``), or "".
        text: Its lines, joined by line feeds, without colours, NUL bytes and blank lines.
    """

    timestamp: datetime
    instance: str
    level: str
    provider: str
    text: str


def entries(lines: Sequence[LogLine]) -> list[Entry]:
    """Join continuation lines, each with the entry of its own machine, provider and level.

    Args:
        lines: Oldest first, as a ``LogWindow`` has them.

    Returns:
        The entries in the order of their first lines. A line without text makes none.
    """
    return [growing.entry() for growing in _begun(lines)[0]]


def settled(lines: Sequence[LogLine], until: datetime) -> tuple[list[Entry], list[LogLine]]:
    """While a log is followed: the entries to which no further line can belong, and the lines of the others.

    Args:
        lines: Oldest first; with those that an earlier call gave back.
        until: The moment up to which the log was read.

    Returns:
        The entries in the order of their first lines, and the lines to hand in again with those that come next.
    """
    begun, newest = _begun(lines)
    growing = {id(one) for one in newest if until - one.last <= JOIN_WITHIN}
    kept = [line for one in begun if id(one) in growing for line in one.lines]
    return [one.entry() for one in begun if id(one) not in growing], sorted(kept, key=lambda line: line.timestamp)


def goes_on(line: LogLine, last: LogLine) -> bool:
    """Whether a line belongs to the entry whose last line is given: two of one source, neither of them blank."""
    near = line.timestamp - last.timestamp <= JOIN_WITHIN
    return near and _continues(_plain(line.message), _plain(last.message))


def begins(line: LogLine) -> bool:
    """Whether a line that is not blank begins an entry, whatever was before it."""
    text = _plain(line.message)
    return _BEGINNING.match(text) is not None and not _goes_on(text)


def blank(line: LogLine) -> bool:
    """Whether nothing of it can be read: it belongs to no entry, and ends none."""
    return not _plain(line.message)


def source(line: LogLine) -> tuple[str, str, str]:
    """Who wrote a line: between the lines of an entry there may be those of others."""
    return line.instance, line.provider, line.level


def headless(entry: Entry) -> bool:
    """Whether it begins with what only goes on: its first lines were written before the log was looked at."""
    return _goes_on(entry.text)


def _begun(lines: Sequence[LogLine]) -> tuple[list[_Growing], list[_Growing]]:
    """All entries in the order of their first lines, and the newest of each source, which may still grow."""
    begun: list[_Growing] = []
    newest: dict[tuple[str, str, str], _Growing] = {}
    for line in lines:
        text = _plain(line.message)
        if not text:
            continue
        growing = newest.get(source(line))
        if growing is not None and growing.goes_on_with(text, line.timestamp):
            growing.add(text, line)
        else:
            newest[source(line)] = _Growing(line, text)
            begun.append(newest[source(line)])
    return begun, list(newest.values())


def _goes_on(text: str) -> bool:
    return text[0].isspace() or text[0] in "})" or text in {"]", "],", "];"}


def _continues(text: str, before: str) -> bool:
    """Whether a text goes on with the one before it."""
    if _goes_on(text):
        return True
    if text.startswith(("at ", "/", "file://", "→ ")):
        return text.startswith("→") or _STACK_FRAME.match(text) is not None
    return _dangles(before) and _BEGINNING.match(text) is None


def _dangles(text: str) -> bool:
    """Whether a line promises more: an open bracket, a comma, the colon before Prisma's own message."""
    return text.rstrip().endswith(("{", "[", "(", ",", ":"))


class _Growing:
    """An entry whose last line may not have come yet."""

    __slots__ = ("_parts", "last", "lines")

    def __init__(self, first: LogLine, text: str) -> None:
        self.lines = [first]
        self.last = first.timestamp
        self._parts = [text]

    def goes_on_with(self, text: str, timestamp: datetime) -> bool:
        return timestamp - self.last <= JOIN_WITHIN and _continues(text, self._parts[-1])

    def add(self, text: str, line: LogLine) -> None:
        self._parts.append(text)
        self.lines.append(line)
        self.last = line.timestamp

    def entry(self) -> Entry:
        first = self.lines[0]
        return Entry(first.timestamp, first.instance, first.level, first.provider, "\n".join(self._parts))


def _plain(message: str) -> str:
    """The message without colours, NUL bytes and blank lines; "" when nothing is left."""
    text = message.replace("\0", "") if "\0" in message else message
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\n" in text or "\r" in text:
        return "\n".join(part.rstrip() for part in _LINE_BREAK.split(text) if part.strip())
    return text if text.strip() else ""
