"""A log that somebody saved: what ``fly logs`` printed into a file, as text or with ``--json``."""

from __future__ import annotations

import json
import re

from ops_tests.clients import fly_json
from ops_tests.clients.fly_fields import object_of, time_of
from ops_tests.clients.printed_json import beginning, plain
from ops_tests.errors import Unparsable
from ops_tests.records.logs import LogForm, LogLine

SOURCE = "the saved log"

# fly colours this also where nobody sees it, and whatever NO_COLOR says (flyctl, internal/render/logs.go); what was
# copied from a terminal bears none. In order: an error's message, which takes the place of the record's own; time;
# provider; machine; level.
_C = rb"(?:\x1b\[[\d;]*m)*"
_PREFIX = re.compile(
    rb'(?:error\.message="([^\n]*)" )?' + _C + rb"(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))" + _C + rb" "
    + _C + rb"([a-z]+(?=[\[ ]))?\[?([0-9a-z]*)\]?" + _C + rb" " + _C + rb"[a-z]*" + _C
    + rb" \[" + _C + rb"(\w+)" + _C + rb"\]"
)  # fmt: skip


def _text_line(record: bytes) -> LogLine:
    found = _PREFIX.match(record)
    if found is None:
        raise _odd(record)
    error, timestamp, provider, instance, level = (part.decode("utf-8", "replace") for part in found.groups(b""))
    rest = memoryview(record)[found.end() : len(record) - record.endswith(b"\n")]  # a line of megabytes is not copied
    message = error or str(rest, "utf-8", "replace")
    return LogLine(time_of({"timestamp": timestamp}, "timestamp", SOURCE), plain(message), instance, level, provider)


def _json_line(record: bytes) -> LogLine:
    try:
        item = json.loads(record)
    except (ValueError, RecursionError):
        raise _odd(record) from None
    return fly_json.log_line(object_of(item), SOURCE)


TEXT = LogForm(_PREFIX, _text_line)
"""A message of several lines is one record: only its first line bears the time."""
JSON = LogForm(re.compile(rb"\{"), _json_line, frame=re.compile(rb'error":\s?\{\s*"code":', re.IGNORECASE))
"""Objects one after the other, each beginning at the beginning of a line; every one has a field ``Error``."""


def form_of(start: bytes) -> LogForm:
    """The form of a log that begins so.

    Raises:
        Unparsable: It is neither, or empty.
    """
    for form in (TEXT, JSON):
        if form.begins.match(start):
            return form
    raise _odd(start)


def _odd(record: bytes) -> Unparsable:
    seen = beginning(record[:200].decode("utf-8", "replace"))
    return Unparsable(f"{SOURCE} has {seen}; expected what fly logs prints, as text or with --json")
