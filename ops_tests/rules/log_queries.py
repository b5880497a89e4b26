"""Errors of the application's database client: Prisma's, by code (https://www.prisma.io/docs/orm/reference/error-reference)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.rules.log_errors import ErrorKind, kind
from ops_tests.rules.log_personal_data import without_payload

if TYPE_CHECKING:
    from ops_tests.rules.log_entries import Entry

_CODE = re.compile(r"\bP[1-6]\d{3}\b")
_CODE_FIELD = re.compile(r"\bcode\\?[\"']?\s?[:=]\s?\\?[\"']P[1-6]\d{3}\b")
_EVENTS = re.compile(r"webhook_?events?", re.IGNORECASE)
_NAMELESS = "without a code"


def query_errors(entries: Iterable[Entry]) -> list[str]:
    """The errors by code, the most frequent first: ``3 x P2024, newest 05:31:04Z``.

    P2002 on ``webhook_events`` is left out: the second sending of a delivery met the row of the first, which is
    idempotency at work.
    """
    found: dict[str, list[datetime]] = {}
    for entry in entries:
        for code in _codes(entry):
            found.setdefault(code, []).append(entry.timestamp)
    ordered = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    return [f"{len(times)} x {code}, newest {max(times):%H:%M:%SZ}" for code, times in ordered]


def _codes(entry: Entry) -> set[str]:
    text = without_payload(entry.text)
    codes = set(_CODE.findall(text)) if "prisma" in text.lower() or _CODE_FIELD.search(text) else set()
    if codes:
        return codes - {"P2002"} if _EVENTS.search(text) else codes
    return {_NAMELESS} if kind(entry) is ErrorKind.PRISMA else set()
