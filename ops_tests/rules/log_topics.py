"""What the log says about webhook topics: how many lines each has, and which of them tell of a failure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from ops_tests.rules.log_coverage import require_current
from ops_tests.rules.log_errors import kind, rejected_deliveries
from ops_tests.rules.log_personal_data import without_payload
from ops_tests.rules.log_statuses import statuses
from ops_tests.rules.wording import duration, listed

if TYPE_CHECKING:
    from ops_tests.records.logs import LogWindow
    from ops_tests.rules.log_entries import Entry
    from ops_tests.target_parts import LogsPart

_TOPIC = re.compile(r"(?:APP|APP_SUBSCRIPTIONS|CUSTOMERS|SHOP)/[A-Z_]+(?=[: ])")
_REQUEST = re.compile(r"POST (?P<path>/webhooks/[\w./-]*)")


def topic(entry: Entry) -> str:
    """The topic an entry begins with (``APP/UNINSTALLED``), the path of a delivery's access line, or ""."""
    match = _TOPIC.match(entry.text) or _REQUEST.match(entry.text)
    return match[match.lastindex or 0] if match else ""


def failures(entries: Iterable[Entry], documented: Collection[int]) -> list[str]:
    """Failing lines by topic, newest topic last: ``APP/UNINSTALLED 2 (status 404, 500)``.

    Args:
        entries: The log.
        documented: Statuses that are a documented answer to a forged, unsigned or wrong request.
    """
    wrong: dict[str, list[str]] = {}
    for entry in entries:
        name = topic(entry)
        if name and (why := _failure(entry, documented)):
            wrong.setdefault(name, []).append(why)
    return [f"{name} {len(whys)} ({', '.join(sorted(set(whys)))})" for name, whys in wrong.items()]


def _failure(entry: Entry, documented: Collection[int]) -> str:
    """Why an entry about a topic is a failure, or ""; a payload is somebody else's words."""
    bad = sorted(one for one in statuses(without_payload(entry.text)) if one >= 400 and one not in documented)
    if bad:
        return f"status {', '.join(map(str, bad))}"
    return str(kind(entry) or "")


def counts(entries: Iterable[Entry]) -> str:
    """Lines by topic, the most frequent first: ``APP/UNINSTALLED 3, SHOP/REDACT 1``."""
    counted = Counter(name for entry in entries if (name := topic(entry)))
    return listed(f"{name} {count}" for name, count in counted.most_common()) or "no line of any topic"


def activity(entries: Iterable[Entry], synthetic_prefix: str) -> list[Entry]:
    """The lines of topics that tell of real work: no access lines, nothing rejected, no synthetic shop's.

    Args:
        entries: The log.
        synthetic_prefix: What the shops of our own deliveries begin with.
    """
    found = [entry for entry in entries if _TOPIC.match(entry.text)]
    rejected = set(map(id, rejected_deliveries(found)))
    return [entry for entry in found if id(entry) not in rejected and f" {synthetic_prefix}-" not in entry.text]


def unread_minutes(window: LogWindow, active: Sequence[Entry], part: LogsPart) -> float:
    """Minutes of the window in which unseen activity may hide: none, or it raises; one line of activity is proof.

    Raises:
        NotCovered: No activity was seen, and not the whole window either.
    """
    if not active:
        require_current(window, part.window_minutes, part.expects_lines)
    return 0


def quiet(window: LogWindow, active: Sequence[Entry]) -> list[str]:
    """A note when there was no activity: shops do not uninstall by the clock, so silence is no fault."""
    asked = duration((window.until - window.since).total_seconds())
    return [] if active else [f"no webhook activity in the last {asked}"]
