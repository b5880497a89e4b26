"""Many strings are sought at once, and found as if each were sought alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.plugin.occurrences import Occurrences

LETTERS = st.text("abé\N{SNOWMAN}", max_size=60)
SOUGHT = st.lists(st.text("abé\N{SNOWMAN}", min_size=4, max_size=12))


@given(SOUGHT, LETTERS)
def test_what_occurs_is_found_and_nothing_else(strings: list[str], text: str) -> None:
    found = Occurrences(strings).within(text)
    assert set(found) == {string for string in strings if string in text}
    assert [len(string) for string in found] == sorted(map(len, found), reverse=True)


@pytest.mark.parametrize("string", ["word", "a word", "seven b", "a few words"])
@pytest.mark.parametrize("place", range(9))
def test_a_string_is_found_wherever_it_stands(string: str, place: int) -> None:
    assert Occurrences([string]).within("." * place + string) == [string]


def test_a_string_is_found_although_all_begin_alike_and_have_the_same_middle() -> None:
    strings = [f"the same for all {number:02} the same for all" for number in range(50)]
    assert Occurrences(strings).within(f"... {strings[7]} ...") == [strings[7]]


def test_a_text_that_is_no_sound_unicode_is_searched_too() -> None:
    assert Occurrences(["word"]).within("\udcff word") == ["word"]
