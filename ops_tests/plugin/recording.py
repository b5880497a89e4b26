"""What a check says while it runs: measured values, notes and evidence. This is the one way into the record.

``measured(value, limit)`` writes the value, its limit and its level and returns the value, so that a check that passes
is recorded as well as one that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

from ops_tests.plugin.options import SUITES
from ops_tests.plugin.runbook import folder_of
from ops_tests.records.run import CheckRecord, Level, LogLook, Measurement, Outcome
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


@dataclass
class Jotter:
    """What one check has said so far, and when it began."""

    measurements: list[Measurement] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    evidence: list[str] = field(default_factory=list)
    log_look: LogLook | None = None
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    duration_seconds: float = 0.0


_JOTTER = pytest.StashKey[Jotter]()
_IS_CHECK = pytest.StashKey[bool]()


def jotter_of(item: pytest.Item) -> Jotter:
    """The item's jotter, made at first use."""
    jotter = item.stash.get(_JOTTER, None)
    if jotter is None:
        jotter = item.stash[_JOTTER] = Jotter()
    return jotter


def is_check(item: pytest.Item) -> bool:
    """Whether an item is a check: it names its runbook section."""
    if _IS_CHECK not in item.stash and item.get_closest_marker("runbook") is not None:
        item.stash[_IS_CHECK] = True  # asked a dozen times for each; what is none may yet be marked as one
    return _IS_CHECK in item.stash


def record_of(item: pytest.Item, outcome: Outcome, sentence: str = "", level: Level | None = None) -> CheckRecord:
    """The record of a check that came to ``outcome``."""
    jotter, marks = jotter_of(item), {mark.name for mark in item.iter_markers()}
    marker = item.get_closest_marker("runbook")
    anchor = str(marker.args[0]) if marker and marker.args else ""
    documentation = getattr(item, "function", record_of).__doc__ or ""
    return CheckRecord(
        target=_target_name(item),
        check=check_id(item),
        subject=_subject(item),
        claim=documentation.strip().split("\n")[0],
        suites=tuple(suite for suite in SUITES if suite in marks),
        anchor=anchor,
        runbook=folder_of(anchor, item.path) if anchor else "",
        outcome=outcome,
        level=level,
        sentence=sentence,
        measurements=tuple(jotter.measurements),
        notes=tuple(jotter.notes),
        evidence=tuple(jotter.evidence),
        log_look=jotter.log_look,
        started_at=jotter.started_at,
        duration_seconds=round(jotter.duration_seconds, 4),
    )


def check_id(item: pytest.Item) -> str:
    """The stable id of a check, without its target: ``webhooks/webhook_refuses_get[app/uninstalled]``."""
    callspec = getattr(item, "callspec", None)
    others = [str(value) for name, value in callspec.params.items() if name != "target" and value] if callspec else []
    name = getattr(item, "originalname", item.name).removeprefix("test_")
    return f"{_subject(item)}/{name}" + (f"[{'-'.join(others)}]" if others else "")


def _subject(item: pytest.Item) -> str:
    return item.path.stem.removeprefix("test_")


def _target_name(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    return str(callspec.params.get("target", "")) if callspec else ""


@pytest.fixture
def _jotter(request: pytest.FixtureRequest) -> Jotter:
    # One for all of them: pytest makes two objects for each fixture that asks for the request.
    return jotter_of(request.node)


@pytest.fixture
def measured(_jotter: Jotter) -> Measured:
    """Write a measured value beside its limit into the record: ``measured(value, limit)``."""

    def write(value: Value, limit: Limit, level: Level | None = None, samples: int = 1) -> Value:
        if value is None:
            return value
        graded = level_of(value, limit)
        worse = graded and (level or graded)
        taken = Measurement(
            value=value, unit=limit.unit, limit=limit.value, key=limit.key, level=worse, samples=samples
        )
        _jotter.measurements.append(taken)
        return value

    return write


@pytest.fixture
def note(_jotter: Jotter) -> Note:
    """Say what is worth a line although the claim holds: ``note("...")``, or any number of sentences, or none."""

    def write(*sentences: str) -> None:
        _jotter.notes.extend(sentences)

    return write


@pytest.fixture
def evidence(_jotter: Jotter) -> Evidence:
    """Say what the judgement rests on: ``evidence("release v42 complete since 05:10Z")``, or any number of lines."""

    def write(*lines: str) -> None:
        _jotter.evidence.extend(lines)

    return write


@pytest.fixture
def log_look(_jotter: Jotter) -> LogLooked:
    """Write which stretch of the log was seen and the error shapes in it, for later weeks; returns the shapes."""
    from ops_tests.rules.log_weeks import looked

    def write(window: LogWindow, shapes: Sequence[Shape]) -> Sequence[Shape]:
        _jotter.log_look = looked(window, shapes)
        return shapes

    return write


def remember(item: pytest.Item, sentences: Iterable[str]) -> None:
    """Add lines of evidence that the check did not say itself."""
    evidence_lines = jotter_of(item).evidence
    evidence_lines.extend(line for line in sentences if line not in evidence_lines)
