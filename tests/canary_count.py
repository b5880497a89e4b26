"""Prints, behind a run that has planted secrets, how many forms of them were looked for, where, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import pytest

from tests.behind_a_run import print_line, told

Search = Callable[[set[str], Mapping[str, str]], dict[str, list[str]]]
"""Looks for needles in texts; returns what was found by text."""
_PROPERTY = "canary"


@pytest.fixture
def search(record_property: Callable[[str, object], None]) -> Search:
    """Look for every needle in every text, and have it counted."""

    def hits(needles: set[str], texts: Mapping[str, str]) -> dict[str, list[str]]:
        found = {name: sorted(one for one in needles if one in text) for name, text in texts.items()}
        record_property(_PROPERTY, [len(needles), len(texts), sum(map(len, found.values()))])
        return {name: there for name, there in found.items() if there}

    return hits


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Print the sums, where there is a search."""
    yield
    searches = [value for _, value in told(session, _PROPERTY) if isinstance(value, list)]
    if searches:
        needles, texts, hits = (sum(numbers) for numbers in zip(*searches, strict=True))
        print_line(
            session, f"canary: {len(searches)} runs, {needles} planted forms sought, {texts} outputs, {hits} hits"
        )
