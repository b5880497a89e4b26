"""What one check has said so far, and the record that is made of it when it has ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from ops_tests.plugin.options import SUITES
from ops_tests.plugin.runbook import folder_of
from ops_tests.records.run import CheckRecord, Level, LogLook, Measurement, Outcome, Waiver


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


def record_of(
    item: pytest.Item,
    outcome: Outcome,
    sentence: str = "",
    level: Level | None = None,
    waiver: Waiver | None = None,
) -> CheckRecord:
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
        waiver=waiver,
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


def remember(item: pytest.Item, sentences: Iterable[str]) -> None:
    """Add lines of evidence that the check did not say itself."""
    evidence_lines = jotter_of(item).evidence
    evidence_lines.extend(line for line in sentences if line not in evidence_lines)
