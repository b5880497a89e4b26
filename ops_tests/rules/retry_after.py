"""When a service that refuses a message wants to be asked again: HTTP's header ``Retry-After``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(days=1)
"""No service may silence a route for longer, whatever it says."""


def not_before(header: str, now: datetime) -> datetime | None:
    """The moment that the header names, as seconds from now or as a date; None when it names none.

    Args:
        header: The header's value; "" when there is none.
        now: UTC.
    """
    value = header.strip()
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value):
        return min(now + timedelta(seconds=float(value)), now + LONGEST)
    try:
        named = parsedate_to_datetime(value)
        return min(named.replace(tzinfo=named.tzinfo or UTC).astimezone(UTC), now + LONGEST)
    except (ValueError, OverflowError):
        return None
