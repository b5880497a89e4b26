"""Which of many strings occur in a text, in a time that hardly depends on how many they are.

One target has some dozens of forms of secrets, a hundred have thousands, and all are sought in each text of each check.
Each is known by four words of four bytes, each a byte further than the last: wherever the string stands, one of them is
among the words into which the text falls. Hardly any text has one, as long as not many strings share them: a hundred
connection strings begin alike, and are known by their middle.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from itertools import chain

WORD = 4
"""Bytes; no string is shorter."""
KNOWN_BY = 2 * WORD - 1
"""Bytes of as many words as a word has bytes, each a byte further; shorter strings are sought one by one."""


class Occurrences:
    """Strings of at least four characters that can be sought all at once."""

    def __init__(self, strings: Iterable[str]) -> None:
        pieces = {one: _pieces(one.encode()) for one in strings}
        shared = Counter(chain.from_iterable(pieces.values()))
        self._one_by_one: list[str] = []
        by_piece: dict[bytes, list[str]] = {}
        for one, some in pieces.items():
            (by_piece.setdefault(min(some, key=shared.__getitem__), []) if some else self._one_by_one).append(one)
        self._by_word: dict[int, list[str]] = {}
        for piece, known in by_piece.items():
            for word in [int.from_bytes(piece[at : at + WORD], sys.byteorder) for at in range(WORD)]:
                self._by_word[word] = self._by_word[word] + known if word in self._by_word else known

    def within(self, text: str) -> list[str]:
        """Those that occur in the text, the longest first."""
        data = text.encode(errors="surrogatepass")
        words = memoryview(data)[: len(data) // WORD * WORD].cast("I")  # far faster than to cut slices
        known = {one for word in self._by_word.keys() & words for one in self._by_word[word]}
        return sorted(filter(text.__contains__, [*self._one_by_one, *known]), key=len, reverse=True)


def _pieces(data: bytes) -> list[bytes]:
    """By what a string could be known: its beginning, or its middle; nothing if it is too short."""
    last = len(data) - KNOWN_BY
    return [data[at : at + KNOWN_BY] for at in (0, last // 2)] if last >= 0 else []
