"""Many strings are sought at once, and found as if each were sought alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.plugin.occurrences import FEW, Occurrences

LETTERS = st.text("abé\N{SNOWMAN}", max_size=60)
OTHERS = [f"other {number}" for number in range(FEW)]
"""What makes the strings so many that they are sought by their beginnings."""
SOUGHT = st.lists(st.text("abé\N{SNOWMAN}", min_size=4, max_size=7))


@pytest.mark.parametrize("others", [[], OTHERS], ids=["few", "many"])
@given(SOUGHT, LETTERS)
def test_what_occurs_is_found_and_nothing_else(others: list[str], strings: list[str], text: str) -> None:
    found = Occurrences([*strings, *others]).within(text)
    assert set(found) == {string for string in strings if string in text}
    assert [len(string) for string in found] == sorted(map(len, found), reverse=True)


@pytest.mark.parametrize("others", [[], OTHERS], ids=["few", "many"])
@pytest.mark.parametrize("place", range(9))
def test_a_string_is_found_wherever_it_stands(others: list[str], place: int) -> None:
    assert Occurrences(["word", *others]).within("." * place + "word") == ["word"]


@pytest.mark.parametrize("others", [[], OTHERS], ids=["few", "many"])
def test_a_text_that_is_no_sound_unicode_is_searched_too(others: list[str]) -> None:
    assert Occurrences(["word", *others]).within("\udcff word") == ["word"]
