"""No secret in any report: scrubbed once at the source, before anything is written, and once more over the files.

Which secrets a run knows, `known_secrets.py` says, and where the source is, `scrubbing.py`; the ids of tests are
`ids.py`'s. Commands that show a log need it without pytest.
"""

from __future__ import annotations

import base64
import html
import json
import os
import re
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

from ops_tests.plugin.occurrences import Occurrences

if TYPE_CHECKING:
    from ops_tests.target import Secret

SHORTEST = 4
"""Shorter values are left alone: replacing them would leave no sentence readable, and they protect nothing."""
PIECE = 24
"""pytest cuts long values anywhere: a beginning or end of this length (or half the value) is scrubbed too."""
SHORTEST_IN_PIECES = 16
"""Half of a shorter value is too short to be told from an ordinary word."""
LONG = 2000
"""Characters; pages and documents are longer, sentences shorter."""
_SPELLINGS = json.JSONEncoder().encode, json.JSONEncoder(ensure_ascii=False).encode
_SIGNED = "hmac-sha256"
_SIGNATURE = re.compile(rf"({_SIGNED}['\":= ]+)[A-Za-z0-9+/]{{43}}=", re.IGNORECASE)


class Redactor:
    """Replaces every known form of every known secret by the name of its variable."""

    def __init__(self, known: Iterable[Secret]) -> None:
        forms: dict[str, str] = {}
        for secret in known:
            for value in _values(secret.reveal()):
                forms |= dict.fromkeys(_forms(value), f"[{secret.variable} redacted]")
        self._forms, others = forms, Occurrences(forms)
        self._ends: dict[str, list[str]] = {}
        for form in (one for one in forms if _can_be_cut(one, others)):
            for end in (_head(form), _head(form[::-1])[::-1]):
                self._ends.setdefault(end, []).append(form)
        sought = [*forms, *self._ends]
        self._sought = Occurrences([*sought, *(spelt(one)[1:-1] for one in sought for spelt in _SPELLINGS)])
        self._short = cache(self.text)  # most words of a report stand in every report

    def text(self, text: str) -> str:
        """The text without secrets."""
        clean = self._without_known(text) if self._sought.within(text) else text
        return _SIGNATURE.sub(r"\1[signature redacted]", clean) if _SIGNED in clean.lower() else clean

    def _without_known(self, text: str) -> str:
        known = filter(self._forms.__contains__, self._sought.within(text))
        longest_first = "|".join(map(re.escape, known)) or r"(?!)"
        clean = re.sub(longest_first, lambda hit: self._forms[hit[0]], text)
        for form in self._cut_in(clean):
            mask = self._forms[form]
            clean = _without_beginnings(clean, form, mask)
            clean = _without_beginnings(clean[::-1], form[::-1], mask[::-1])[::-1]
        return clean

    def _cut_in(self, text: str) -> list[str]:
        """The forms of which an end occurs, the longest first."""
        forms = {form for end in self._sought.within(text) for form in self._ends.get(end, [])}
        return sorted(forms, key=lambda form: (-len(form), form))

    def deep(self, value: Any) -> Any:
        """The same for every string in nested dicts, lists and tuples, keys included."""
        if isinstance(value, str):
            return self._short(value) if len(value) < LONG else self.text(value)
        if isinstance(value, dict):
            return {self.deep(key): self.deep(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.deep(item) for item in value)
        return value

    def spares(self, value: Any) -> bool:
        """Whether ``deep`` would surely change nothing: the whole value is searched as one text, many times faster.

        JSON spells each character by itself, so that a string that occurs in the value is spelt alike in its JSON: in
        one of two ways, as pydantic leaves characters beyond ASCII as they are.
        """
        records: list[str] = []
        try:
            spelt = json.dumps(value, default=partial(_told, records=records)) + "".join(records)
        except (TypeError, ValueError):  # keys that JSON does not know
            return False
        return not self._sought.within(spelt) and _SIGNED not in spelt.lower()

    def file(self, path: Path) -> None:
        """Scrub a written text file in place, as a net below the first scrub."""
        text = path.read_text(encoding="utf-8")
        clean = self.text(text)
        if clean != text:
            path.write_text(clean, encoding="utf-8")


def _can_be_cut(form: str, others: Occurrences) -> bool:
    """Whether all of it is secret: of a connection string the password is, which is a form too, its host is not."""
    return len(form) >= SHORTEST_IN_PIECES and others.within(form) == [form]


def _told(one: object, records: list[str]) -> str | None:
    """What JSON does not know: a record is told beside it, a path by its text; of others pytest tells nothing."""
    if isinstance(one, os.PathLike):
        return os.fspath(one)  # type: ignore[no-any-return]
    if to_json := getattr(one, "model_dump_json", None):
        records.append(to_json())
    return None


def _values(value: str) -> list[str]:
    """The secret, and the password inside it if it is a connection string."""
    try:
        password = urlsplit(value).password or ""
    except ValueError:
        password = ""
    keyword = re.search(r"(?:^|\s)password\s*=\s*('[^']*'|\S+)", value)
    lines = value.splitlines() if "\n" in value else []
    found = {value, password, unquote(password), keyword[1].strip("'") if keyword else "", *lines}
    return [one for one in found if len(one) >= SHORTEST]


def _forms(value: str) -> set[str]:
    raw = value.encode()
    encoded = {base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()}
    encoded |= {one.rstrip("=") for one in encoded} | {raw.hex(), raw.hex().upper()}
    quoted = {quote(value, safe=""), quote(value), quote_plus(value), html.escape(value)}
    escaped = {repr(value)[1:-1], json.dumps(value)[1:-1], value.encode("unicode_escape").decode()}
    return {form for form in {value} | encoded | quoted | escaped if len(form) >= SHORTEST}


def _head(form: str) -> str:
    return form[: min(PIECE, len(form) // 2)]


def _without_beginnings(text: str, form: str, mask: str) -> str:
    """The text without any long enough beginning of the form, as far as it goes."""
    head = _head(form)
    at = text.find(head)
    while at >= 0:
        rest = zip(form, text[at : at + len(form)], strict=False)
        length = next((place for place, (one, other) in enumerate(rest) if one != other), len(form))
        text = text[:at] + mask + text[at + length :]
        at = text.find(head, at + len(mask))
    return text
