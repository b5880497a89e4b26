"""JSON as ``json`` reads and writes it, by what that has in C: its regular expressions take a third of a call."""

from __future__ import annotations

from _json import encode_basestring, make_scanner

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

WORDS = {None: "null", True: "true", False: "false"}


class _AsUsual:
    """What ``json.loads`` has its scanner do."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float


def loads(text: str) -> Any:
    """The value of a text that begins with it."""
    return make_scanner(_AsUsual)(text, 0)[0]  # type: ignore[arg-type]


def dumps(value: object, indent: int | None = None) -> str:
    """As ``json.dumps`` without ASCII's escapes; on one line, without blanks, unless told by how many to indent."""
    return _text(value, "" if indent is None else "\n", " " * (indent or 0))


def _text(value: object, margin: str, indent: str) -> str:
    """The value's text, whose lines begin with the margin."""
    inner, colon = margin + indent, ": " if margin else ":"
    if isinstance(value, dict):
        members = [f"{encode_basestring(name)}{colon}{_text(one, inner, indent)}" for name, one in value.items()]
        return f"{{{inner}{f',{inner}'.join(members)}{margin}}}" if members else "{}"
    if isinstance(value, list | tuple):
        return f"[{inner}{f',{inner}'.join(_text(one, inner, indent) for one in value)}{margin}]" if value else "[]"
    if isinstance(value, str):
        return encode_basestring(value)
    return WORDS[value] if value is None or isinstance(value, bool) else repr(value)
