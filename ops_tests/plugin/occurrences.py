"""Which of many strings occur in a text, in a time that hardly depends on how many they are.

A hundred targets have a thousand forms of secrets, and each would be sought in each text of each check. Whatever occurs
begins with its first letters, and of those hardly any text bears some.
"""

from __future__ import annotations

from collections.abc import Iterable

LETTERS = 4
"""Of a string's beginning; no string is shorter."""


class Occurrences:
    """Strings of at least four characters that can be sought all at once."""

    def __init__(self, strings: Iterable[str]) -> None:
        self._by_beginning: dict[str, list[str]] = {}
        for string in dict.fromkeys(strings):
            self._by_beginning.setdefault(string[:LETTERS], []).append(string)

    def within(self, text: str) -> list[str]:
        """Those that occur in the text, the longest first."""
        known = self._by_beginning
        begun = {four for at in range(len(text) - LETTERS + 1) if (four := text[at : at + LETTERS]) in known}
        found = [string for beginning in begun for string in known[beginning] if string in text]
        return sorted(found, key=len, reverse=True)
