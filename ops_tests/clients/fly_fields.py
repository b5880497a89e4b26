"""Reading the fields of fly's JSON, whatever their case, and whatever somebody put into them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from ops_tests.errors import Unparsable

_HALF_CHARACTER = re.compile(r"[\ud800-\udfff]")
_MOST_DIGITS = 18
"""Of a whole number: more are no number anybody counts in, and Python refuses thousands of them."""
_LATEST = 1e14
"""Milliseconds since 1970 beyond which no event lies (the year 5138)."""

Fields = Mapping[str, Any]
"""A JSON object whose keys lost case and underscores: ``CreatedAt`` and ``created_at`` are both ``createdat``."""


def folded(item: Mapping[str, Any]) -> Fields:
    """Take case and underscores out of the keys of one object; what is inside its values keeps its own."""
    # Not whole() for each: a log of a week has tens of thousands of values.
    return {
        _folded(key): value if not isinstance(value, str) or value.isascii() else whole(value)
        for key, value in item.items()
    }


@lru_cache
def _folded(key: str) -> str:
    return key.replace("_", "").lower()


def whole(value: Any) -> Any:
    """A text without halves of characters, which JSON can spell and no file can hold."""
    if not isinstance(value, str) or value.isascii():
        return value
    return _HALF_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value)


def object_of(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_of(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a list; nothing for anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def whole_number(value: Any) -> int | None:
    """A whole number that is not negative, also as a text; None for anything else."""
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def moment_of(milliseconds: Any) -> datetime | None:
    """A time in milliseconds since 1970, UTC; None for what is no such number."""
    is_number = isinstance(milliseconds, int | float) and not isinstance(milliseconds, bool)
    return datetime.fromtimestamp(milliseconds / 1000, UTC) if is_number and 0 < milliseconds < _LATEST else None


def text_of(fields: Fields, key: str, command: str) -> str:
    """A text that must be there.

    Raises:
        Unparsable: It is not; the message names the keys that are, never their values.
    """
    value = fields.get(key)
    if not isinstance(value, str) or not value:
        raise odd(command, f"has an entry without {key}; expected a text beside {keys_of(fields)}")
    return value


def time_of(fields: Fields, key: str, command: str) -> datetime:
    """A time of RFC 3339 that must be there, in UTC.

    Raises:
        Unparsable: It is not, or cannot be read.
    """
    value = fields.get(key)
    try:
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise odd(command, f"has an entry whose {key} is {str(value)[:40]!r}; expected a time of RFC 3339") from None


def odd(command: str, seen: str) -> Unparsable:
    """The error for an answer of another shape than the documented one."""
    return Unparsable(f"{command} {seen}. Next: fly version, and look whether its JSON has changed since")


def keys_of(fields: Fields) -> str:
    """The names that are there, never their values."""
    return whole(", ".join(sorted(fields)[:20])) or "nothing"
