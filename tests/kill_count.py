"""Prints, behind a run that has ended other runs at random moments, how many and what they left."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from tests.behind_a_run import print_line, told

Told = Callable[[str], None]
"""Takes the line to print."""
_PROPERTY = "kills"


@pytest.fixture
def kills_told(record_property: Callable[[str, object], None]) -> Told:
    """Have a line printed when all is done, whatever becomes of the test."""
    return lambda line: record_property(_PROPERTY, line)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Print the lines."""
    yield
    for _, line in told(session, _PROPERTY):
        print_line(session, str(line))
