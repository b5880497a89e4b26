"""Ways an answer comes out wrong: cut, emptied, reordered, or with something else in a place of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

EXAMPLES = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
"""The same examples in every run, so that a red test stays red until it is mended."""
FEW = settings(EXAMPLES, max_examples=30)
"""For what costs a process or a connection."""
EMPTY_ANSWERS = ("", " \n", "null", "[]", "{}", "[{}]", "[null]", "[[]]", "0", '""')
ODD_VALUES: tuple[Any, ...] = (
    *(None, "", [], {}, 0, -1, True, False, 0.5, 1e308, "x", "0", "\ud83d", "\x00", "9" * 5000, 10**30),
    *([None], [[]], [{}], ["x"], {"": None}, {"\udc00": 1}, "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00"),
)
DEEP = "[" * 50_000
LONG_NUMBER = "9" * 5000
Place = tuple[Any, ...]
_EMPTY: dict[type, tuple[Any, ...]] = {str: ("",), list: ([],), dict: ({},)}


def places(document: Any, here: Place = ()) -> Iterator[Place]:
    """The way to every value of a JSON document, the whole of it first."""
    yield here
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document if isinstance(document, list) else ())
    )
    for key, value in inside:
        yield from places(value, (*here, key))


def value_at(document: Any, place: Place) -> Any:
    """The value at a place."""
    for key in place:
        document = document[key]
    return document


def with_value(document: Any, place: Place, value: Any) -> Any:
    """A copy of the document with another value at a place."""
    if not place:
        return value
    changed = copy.deepcopy(document)
    value_at(changed, place[:-1])[place[-1]] = value
    return changed


def emptied(document: Any) -> st.SearchStrategy[Any]:
    """The document with one value emptied in its own kind, or null."""
    ways = [
        (place, empty)
        for place in places(document)
        for empty in (None, *_EMPTY.get(type(value_at(document, place)), ()))
    ]
    return st.sampled_from(ways).map(lambda way: with_value(document, *way))


@st.composite
def spoilt(draw: st.DrawFn, document: Any) -> Any:
    """The document with one to three values replaced, left out or put into another order."""
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.sampled_from(list(places(document))))
        value = value_at(document, place)
        if isinstance(value, list) and draw(st.booleans()):
            document = with_value(document, place, draw(st.permutations(value))[: draw(st.integers(0, len(value)))])
        elif isinstance(value, dict) and draw(st.booleans()):
            left_out = draw(st.sampled_from([*value, ""]))
            document = with_value(document, place, {key: item for key, item in value.items() if key != left_out})
        else:
            document = with_value(document, place, draw(st.sampled_from(ODD_VALUES)))
    return document


@st.composite
def torn(draw: st.DrawFn, text: str) -> str:
    """The text with a piece taken out, something put in, or its lines in another order."""
    start, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
    kind = draw(st.sampled_from(["out", "kept", "in", "lines"]))
    if kind == "lines":
        return "\n".join(draw(st.permutations(text.splitlines()[:40])))
    put_in = draw(
        st.sampled_from(["", "\0", "\n", "[", "]", "{", "}", '"', ",", "\x1b[1m", DEEP, LONG_NUMBER, "ü", "NaN"])
    )
    return {"out": text[:start] + text[end:], "kept": text[start:end], "in": text[:start] + put_in + text[start:]}[kind]


def cut(text: str) -> st.SearchStrategy[str]:
    """A beginning of the text that lacks more than blanks at the end."""
    return st.integers(0, len(text.rstrip()) - 1).map(lambda length: text[:length])


def printed(document: Any) -> str:
    """The document as fly prints it."""
    return json.dumps(document, indent=4) + "\n"
