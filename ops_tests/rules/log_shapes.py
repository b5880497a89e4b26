"""Errors by shape: the same failure with another id, number or shop is the same failure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.rules.log_errors import ErrorKind, kind
from ops_tests.rules.log_personal_data import without_payload, without_personal_data
from ops_tests.rules.log_statuses import status_places
from ops_tests.rules.wording import excerpt

if TYPE_CHECKING:
    from ops_tests.rules.log_entries import Entry

SHOWN_SHAPES = 20
SENTENCE_LENGTH = 600

_LOOKED_AT = 4000
_KEPT = 300
_FRAME = re.compile(r"\n\s*at [^\n]*")
_VARIABLE = re.compile(
    r"(?P<placeholder><(?:email|shop|phone|cut)>)"
    r"|(?P<uuid>\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b)"
    r"|(?P<time>\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)"
    r"|(?P<query>\?[\w%.~+-]+=[^\s\"'<>]*)"
    r"|(?P<named>[\"']?\b(?:level|msg|message|code|statusText)\\?[\"']?\s?[:=]\s?(?P<mark>[\"'])[^\"'\n]*(?P=mark))"
    r"|(?P<quoted>(?<![\w>])(?P<quote>[\"'])[^\"'\n]*(?P=quote)(?!\w)(?!\s?:)|`[^`\n]*[:\d/@][^`\n]*`)"
    r"|(?P<host>\b(?:[\w-]+\.)+(?:com|net|org|dev|internal|io|local|example|invalid|test|de|app|cloud)(?::\d+)?(?![\w(]))"
    r"|(?P<address>\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b)"
    r"|(?P<hex>\b(?:0x)?(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b)"
    r"|(?P<id>\b(?=[a-z]*\d)[a-z0-9]{20,}\b)"
    r"|(?P<n>(?<![A-Za-z0-9])\d+(?:[.,]\d+)*)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Shape:
    """Errors that differ in ids, numbers, hosts and quoted values only.

    Attributes:
        kind: What makes them errors.
        text: What they have in common, placeholders for the rest.
        count: How many there are.
        newest: When the newest was written, UTC.
        example: The newest one's text on one line, without personal data.
    """

    kind: ErrorKind
    text: str
    count: int
    newest: datetime
    example: str


def shape(entry: Entry) -> str:
    """The entry's text on one line with placeholders for what varies; an HTTP status stays."""
    text = _one_line(entry)
    kept = status_places(text)

    def placeholder(match: re.Match[str]) -> str:
        name = match.lastgroup or "n"
        if name in {"placeholder", "named"} or match.start() in kept:
            return match[0]
        return f"<{name}>"

    return _VARIABLE.sub(placeholder, text)[:_KEPT]


def shapes(errors: Iterable[Entry]) -> list[Shape]:
    """Group errors by kind and shape, newest first.

    Args:
        errors: What ``log_errors.errors`` found.
    """
    groups: dict[tuple[ErrorKind, str], list[Entry]] = {}
    for entry in errors:
        groups.setdefault((kind(entry) or ErrorKind.LEVEL, shape(entry)), []).append(entry)
    return sorted((_grouped(*key, group) for key, group in groups.items()), key=lambda one: one.newest, reverse=True)


def described(shapes: Sequence[Shape]) -> str:
    """The shapes in a sentence of about 600 characters; those that find no room in it are counted.

    ``3 errors of 2 shapes in the log: 2 x prisma error: ..., newest 05:31:04Z; 1 x status 5xx: ..., newest 05:29:11Z``
    """
    total = sum(one.count for one in shapes)
    sentence = f"{_counted(total, 'error')} of {_counted(len(shapes), 'shape')} in the log"
    shown = 0
    for one in shapes:
        part = f"{'; ' if shown else ': '}{_line(one, 120)}"
        if len(sentence) + len(part) > SENTENCE_LENGTH:
            break
        sentence += part
        shown += 1
    more = len(shapes) - shown
    return sentence + (f"; and {_counted(more, 'more shape')}" if more else "")


def evidence(shapes: Sequence[Shape]) -> list[str]:
    """One line a shape, newest first; beyond 20 the rest is counted."""
    more = len(shapes) - SHOWN_SHAPES
    lines = [_line(one, _KEPT) for one in shapes[:SHOWN_SHAPES]]
    return lines + ([f"and {_counted(more, 'more shape')}"] if more > 0 else [])


def _grouped(what: ErrorKind, text: str, group: Sequence[Entry]) -> Shape:
    newest = max(group, key=lambda entry: entry.timestamp)
    return Shape(what, text, len(group), newest.timestamp, excerpt(_one_line(newest), _KEPT))


def _line(one: Shape, length: int) -> str:
    return f"{one.count} x {one.kind}: {excerpt(one.example, length)}, newest {one.newest:%H:%M:%SZ}"


def _one_line(entry: Entry) -> str:
    """The beginning of the text without stack frames and personal data; cut wide first: no address is cut in two."""
    text = _FRAME.sub("", without_payload(entry.text)[:_LOOKED_AT])
    return " ".join(without_personal_data(text).split())


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
