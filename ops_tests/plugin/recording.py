"""What a check says while it runs: measured values, notes and evidence. This is the one way into the record.

``measured(value, limit)`` writes the value, its limit and its level and returns the value, so that a check that passes
is recorded as well as one that fails. They are fixtures of the whole run, and write for the check that runs when they
are called: one of each for every check took 7 % of the instructions of a run of 2,000. So only checks ask for them; a
fixture that several checks share would write for the first alone.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from ops_tests.errors import UsageProblem
from ops_tests.plugin.jotter import Jotter, jotter_of
from ops_tests.records.run import Level, Measurement
from ops_tests.rules.levels import level_of

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.logs import LogWindow
    from ops_tests.rules.log_shapes import Shape

    LogLooked = Callable[[LogWindow, Sequence[Shape]], Sequence[Shape]]

Note = Callable[..., None]
Evidence = Callable[..., None]
Value = TypeVar("Value", bound=float | None)


class Measured(Protocol):
    """What the fixture ``measured`` is."""

    def __call__(self, value: Value, limit: Limit, level: Level | None = None, samples: int = 1) -> Value:
        """Write a value and its limit and return the value; ``level`` where the value alone does not tell.

        ``samples`` says of how many values it was made. None is what could not be measured, and is not written.
        """


_WRITERS = {"measured", "note", "evidence", "log_look"}
_RUNNING: list[pytest.Item] = []
"""The test that runs now, behind it those of other sessions whose tests run this one within the same process."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note whose words are written."""
    _RUNNING.append(item)
    try:
        return (yield)
    finally:
        _RUNNING.pop()


def _jotter() -> Jotter:
    return jotter_of(_RUNNING[-1])


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[object]) -> None:
    """Refuse to set up a fixture that several checks share and that would write for the first of them.

    Raises:
        UsageProblem: It asks for what writes into the record of a check.
    """
    asked = () if fixturedef.scope == "function" else sorted(_WRITERS.intersection(fixturedef.argnames))
    if asked:
        shared = f"{fixturedef.argname} is a fixture of scope {fixturedef.scope}, which checks share"
        raise UsageProblem(f"{shared}, and asks for {asked[0]}, which writes for one; expected {asked[0]} in the check")


@pytest.fixture(scope="session")
def measured() -> Measured:
    """Write a measured value beside its limit into the record: ``measured(value, limit)``."""

    def write(value: Value, limit: Limit, level: Level | None = None, samples: int = 1) -> Value:
        if value is None:
            return value
        graded = level_of(value, limit)
        worse = graded and (level or graded)
        taken = Measurement(
            value=value, unit=limit.unit, limit=limit.value, key=limit.key, level=worse, samples=samples
        )
        _jotter().measurements.append(taken)
        return value

    return write


@pytest.fixture(scope="session")
def note() -> Note:
    """Say what is worth a line although the claim holds: ``note("...")``, or any number of sentences, or none."""

    def write(*sentences: str) -> None:
        _jotter().notes.extend(sentences)

    return write


@pytest.fixture(scope="session")
def evidence() -> Evidence:
    """Say what the judgement rests on: ``evidence("release v42 complete since 05:10Z")``, or any number of lines."""

    def write(*lines: str) -> None:
        _jotter().evidence.extend(lines)

    return write


@pytest.fixture(scope="session")
def log_look() -> LogLooked:
    """Write which stretch of the log was seen and the error shapes in it, for later weeks; returns the shapes."""
    from ops_tests.rules.log_weeks import looked

    def write(window: LogWindow, shapes: Sequence[Shape]) -> Sequence[Shape]:
        _jotter().log_look = looked(window, shapes)
        return shapes

    return write
