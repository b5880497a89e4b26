"""The JSON in what a command printed: among lines before it, text after it, and colours."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_DECODER = json.JSONDecoder()
_BLANKS = re.compile(r"\s*")


def plain(text: str) -> str:
    """Take the terminal's colours out of a text."""
    return _ANSI.sub("", text)


def encodable(text: str) -> str:
    """Replace what no file can hold: half a pair of surrogates, which an escape in JSON may be."""
    return text.encode("utf-8", "replace").decode()


def documents(text: str) -> Iterator[Any]:
    """What is JSON and begins at the beginning of a line: an inner object of a broken list is indented."""
    for start in re.finditer(r"^(?=[\[{]|null\b)", text, re.MULTILINE):
        try:
            yield _DECODER.raw_decode(text, start.start())[0]
        except (ValueError, RecursionError):
            continue


def decoded(text: str, place: int) -> tuple[Any, int]:
    """The document at a place, and the place of what follows it, blanks passed over.

    Raises:
        ValueError: There is none, or it is cut.
    """
    try:
        item, end = _DECODER.raw_decode(text, place)
    except RecursionError:
        raise ValueError("too deep") from None
    return item, after_blanks(text, end)


def after_blanks(text: str, place: int) -> int:
    """The next place that is no blank."""
    blanks = _BLANKS.match(text, place)
    return blanks.end() if blanks else place


def beginning(text: str) -> str:
    """The first line with anything in it, quoted and cut at 80 characters, for a message."""
    line = next((line.strip() for line in plain(text).splitlines() if line.strip()), "")
    return repr(line[:80]) if line else "nothing"
