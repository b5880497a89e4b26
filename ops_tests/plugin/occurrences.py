"""Which of many strings occur in a text, in a time that hardly depends on how many they are.

One target has some dozens of forms of secrets, and each is sought by itself. A hundred have thousands, which would be
sought in each text of each check: whatever occurs begins with its first bytes, and of those hardly any text bears some.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

BYTES = 4
"""Of a string's beginning; no string is shorter."""
FEW = 128
"""Up to so many are sought faster one by one: in a report of 1 kB about as fast, in a page of 3 MB by far."""


class Occurrences:
    """Strings of at least four characters that can be sought all at once."""

    def __init__(self, strings: Iterable[str]) -> None:
        self._by_beginning: dict[int, list[str]] = {}
        self._strings = sorted(dict.fromkeys(strings), key=len, reverse=True)
        for string in self._strings:
            beginning = int.from_bytes(string.encode()[:BYTES], sys.byteorder)
            self._by_beginning.setdefault(beginning, []).append(string)
        self._beginnings = frozenset(self._by_beginning)

    def within(self, text: str) -> list[str]:
        """Those that occur in the text, the longest first."""
        if len(self._strings) <= FEW:
            return [string for string in self._strings if string in text]
        begun = self._begun(text.encode(errors="surrogatepass"))
        found = [string for beginning in begun for string in self._by_beginning[beginning] if string in text]
        return sorted(found, key=len, reverse=True)

    def _begun(self, data: bytes) -> set[int]:
        """The beginnings that occur; a view of numbers is compared many times faster than slices are cut."""
        begun: set[int] = set()
        for at in range(min(BYTES, len(data) - BYTES + 1)):
            whole = (len(data) - at) // BYTES * BYTES
            begun |= self._beginnings.intersection(memoryview(data)[at : at + whole].cast("I"))
        return begun
