"""From lines to entries: a stack trace or a dumped object is one event, however many lines it was printed on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    begun: list[_Growing] = []
    newest: dict[tuple[str, str, str], _Growing] = {}
    for line in lines:
        text = _plain(line.message)
        if not text:
            continue
        source = (line.instance, line.provider, line.level)
        growing = newest.get(source)
        if growing is not None and growing.goes_on_with(text, line.timestamp):
            growing.add(text, line.timestamp)
        else:
            newest[source] = _Growing(line, text)
            begun.append(newest[source])
    return [growing.entry() for growing in begun]


class _Growing:
    """An entry whose last line may not have come yet."""

    __slots__ = ("_first", "_last", "_parts")

    def __init__(self, first: LogLine, text: str) -> None:
        self._first = first
        self._last = first.timestamp
        self._parts = [text]

    def goes_on_with(self, text: str, timestamp: datetime) -> bool:
        if timestamp - self._last > JOIN_WITHIN:
            return False
        if text[0].isspace() or text[0] in "})" or text in {"]", "],", "];"}:
            return True
        if text.startswith(("at ", "/", "file://", "→ ")):
            return text.startswith("→") or _STACK_FRAME.match(text) is not None
        return self._dangles() and _BEGINNING.match(text) is None

    def _dangles(self) -> bool:
        """Whether the last line promises more: an open bracket, a comma, the colon before Prisma's own message."""
        return self._parts[-1].rstrip().endswith(("{", "[", "(", ",", ":"))

    def add(self, text: str, timestamp: datetime) -> None:
        self._parts.append(text)
        self._last = timestamp

    def entry(self) -> Entry:
        first = self._first
        return Entry(first.timestamp, first.instance, first.level, first.provider, "\n".join(self._parts))


def _plain(message: str) -> str:
    """The message without colours, NUL bytes and blank lines; "" when nothing is left."""
    text = message.replace("\0", "") if "\0" in message else message
    if "\x1b" in text:
        text = _ESCAPES.sub("", text)
    if "\n" in text or "\r" in text:
        return "\n".join(part.rstrip() for part in _LINE_BREAK.split(text) if part.strip())
    return text if text.strip() else ""
