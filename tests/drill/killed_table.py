"""Prints, behind a run that has ended drills at every step, what each left and what undid it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import asdict, dataclass

import pytest

from tests.behind_a_run import print_line, told


@dataclass(frozen=True)
class Row:
    """A drill that was ended.

    Attributes:
        step: Where.
        by: The signal.
        left: In what the target was not as before.
        undone: What undid it, a line each.
        finally_left: In what it was not as before then.
    """

    step: str
    by: str
    left: list[str]
    undone: list[str]
    finally_left: list[str]

    def line(self) -> str:
        """The row, in columns."""
        left, undone = "; ".join(self.left) or "nothing", "; ".join(self.undone[:1])
        return f"{self.step:28}{self.by:9}left: {left:.100} | {undone} | then: {self.finally_left or 'as before'}"


Told = Callable[[Row], None]
_PROPERTY = "killed drill"


@pytest.fixture
def table(record_property: Callable[[str, object], None]) -> Told:
    """Have a row printed when all is done, whatever becomes of the test."""
    return lambda row: record_property(_PROPERTY, asdict(row))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Print the rows and how many ended as they should."""
    yield
    rows = [Row(**row) for _, row in told(session, _PROPERTY) if isinstance(row, dict)]
    for row in rows:
        print_line(session, row.line())
    if rows:
        as_before = sum(not row.finally_left for row in rows)
        print_line(session, f"{len(rows)} drills ended in the middle, {as_before} targets as before afterwards")
