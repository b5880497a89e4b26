"""Many strings are sought at once, and found as if each were sought alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.plugin.occurrences import Occurrences

LETTERS = st.text("abé\N{SNOWMAN}", max_size=60)
SOUGHT = st.lists(st.text("abé\N{SNOWMAN}", min_size=4, max_size=7))


@given(SOUGHT, LETTERS)
def test_what_occurs_is_found_and_nothing_else(strings: list[str], text: str) -> None:
    found = Occurrences(strings).within(text)
    assert set(found) == {string for string in strings if string in text}
    assert [len(string) for string in found] == sorted(map(len, found), reverse=True)


@pytest.mark.parametrize("place", range(9))
def test_a_string_is_found_wherever_it_stands(place: int) -> None:
    assert Occurrences(["word"]).within("." * place + "word") == ["word"]


def test_a_text_that_is_no_sound_unicode_is_searched_too() -> None:
    assert Occurrences(["word"]).within("\udcff word") == ["word"]
