"""Which log entries are errors, which are deliveries rejected on purpose, and which are neither."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from ops_tests.rules.log_levels import may_say_error, says_error
from ops_tests.rules.log_personal_data import without_payload
from ops_tests.rules.log_statuses import METHOD, statuses

if TYPE_CHECKING:
    from ops_tests.records.logs import LogLine
    from ops_tests.rules.log_entries import Entry


class ErrorKind(StrEnum):
    """Why an entry is an error; of several kinds the first of this list names it."""

    WEBHOOK = "webhook error"
    PRISMA = "prisma error"
    STATUS_429 = "status 429"
    STATUS_5XX = "status 5xx"
    LEVEL = "level error"


# At most 80 characters between the two words keep the search linear on lines of megabytes.
_PRISMA = re.compile(r"prisma(?:[a-z0-9 _-]{0,80}|:)error", re.IGNORECASE)
_FAILING_DIGITS = re.compile(r"(?:429|5[0-9][0-9])(?!\.?\d)")
_LEADING_NUMBER = re.compile(r"^\W*(?:respond\w* (?:with )?)?[0-9]", re.MULTILINE | re.IGNORECASE)
_REJECTING_DIGITS = re.compile(r"40[015](?!\.?\d)")
_REJECTING_PHRASES = ("no hmac (test request)", "unexpected topic")
_ADDRESS = re.compile(rf"({METHOD} )/\S*|(https?:)//[^\s\"'<>]+")
_WEBHOOK_REQUEST = re.compile(rf"{METHOD} (?:https?://[^\s/]+)?/\S*webhooks?/", re.IGNORECASE)
_REJECTING_RESPONSE = re.compile(r"webhook error\W{1,5}(?:Http)?Response\b", re.IGNORECASE)
_UNIQUE_EVENT = re.compile(r"webhook_?events?", re.IGNORECASE)


def kind(entry: Entry) -> ErrorKind | None:
    """Return what makes the entry an error, or None.

    A 429 or 5xx always counts. Everything else is excused where it is a delivery rejected on purpose, or Prisma's P2002
    on ``webhook_events``: the second sending of a delivery met the row of the first, which is idempotency at work.
    """
    worded = may_say_error(entry.level, entry.text.lower())
    if not worded and not _FAILING_DIGITS.search(entry.text):
        return None
    text = _judged(entry)
    found = _failing_statuses(text)
    if not found and not worded:
        return None
    if not found and (_is_rejection(entry, text) or _is_repeated_delivery(text)):
        return None
    if "webhook error" in text.lower():
        return ErrorKind.WEBHOOK
    if _PRISMA.search(text):
        return ErrorKind.PRISMA
    if found:
        return ErrorKind.STATUS_429 if 429 in found else ErrorKind.STATUS_5XX
    return ErrorKind.LEVEL if says_error(entry.level, text) else None


def may_tell_of_error(line: LogLine) -> bool:
    """A cheap look that is never wrong about no: without such a line an entry is no error, whatever its others say.

    A status may be announced on the line before it, but then nothing else stands before it on its own.
    """
    text = line.message.replace("\0", "")
    if "\x1b" in text or "\r" in text or may_say_error(line.level, text.lower()) or _LEADING_NUMBER.search(text):
        return True
    return bool(_failing_statuses(_without_addresses(text)))


def errors(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that are errors, in their order."""
    return [entry for entry in entries if kind(entry)]


def rejected_deliveries(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that tell of a webhook delivery turned away as documented; our own probes cause them too.

    They are a Response 400 or 401 behind ``webhook error``, a 400, 401 or 405 on a webhook path, a 401 on a test
    request, ``no HMAC (test request)`` and ``Unexpected topic``; none of them is in ``errors``.
    """
    return [entry for entry in entries if _is_rejected_delivery(entry)]


def _is_rejected_delivery(entry: Entry) -> bool:
    if not _REJECTING_DIGITS.search(entry.text) and not _bears_rejecting_phrase(entry.text.lower()):
        return False
    text = _judged(entry)
    return not _failing_statuses(text) and _is_rejection(entry, text)


def _judged(entry: Entry) -> str:
    """The text without what others wrote into it: payloads, and the addresses that were asked for."""
    return _without_addresses(without_payload(entry.text))


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(lambda match: f"{match[1] or match[2]}/", text) if "/" in text else text


def _failing_statuses(text: str) -> set[int]:
    if not _FAILING_DIGITS.search(text):
        return set()
    return {status for status in statuses(text) if status == 429 or status >= 500}


def _is_rejection(entry: Entry, text: str) -> bool:
    lowered = text.lower()
    if _bears_rejecting_phrase(lowered):
        return True
    if "webhook error" in lowered:
        return bool(_REJECTING_RESPONSE.search(text)) and bool(statuses(text) & {400, 401})
    if _WEBHOOK_REQUEST.search(entry.text):
        return bool(statuses(text) & {400, 401, 405})
    return "test request" in lowered and 401 in statuses(text)


def _bears_rejecting_phrase(lowered: str) -> bool:
    return any(phrase in lowered for phrase in _REJECTING_PHRASES)


def _is_repeated_delivery(text: str) -> bool:
    return "P2002" in text and _UNIQUE_EVENT.search(text) is not None
