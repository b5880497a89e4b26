"""What the history tells of one target, read once before the page is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history import figures, reading
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, visit
from ops_tests.rules.trends import SHOWN_RUNS

if TYPE_CHECKING:
    from ops_tests.records.history import PastCheck, PastFigure, PastRun, Samples
    from ops_tests.records.run import CheckRecord, RunRecord, TargetRecord


@dataclass(frozen=True)
class Earlier:
    """An earlier run of the suite, with its checks on the target."""

    run: PastRun
    checks: tuple[CheckRecord, ...]


@dataclass(frozen=True)
class RedSince:
    """When a row of findings began, and the looks at what was live before and after that."""

    moment: datetime
    before: PastRun | None
    after: PastRun | None


@dataclass(frozen=True)
class Past:
    """The past of one target.

    Attributes:
        previous: The newest earlier run of the suite.
        green: The newest earlier run of the suite in which every check held.
        red_since: By check, for findings that are older than this run.
        trends: By check, its newest earlier runs of any suite, oldest first.
        samples: By series, the response times of the image that is live.
        figures: By drill and name, what earlier drills measured, oldest first.
        problem: Why the history tells nothing, or "".
    """

    previous: Earlier | None = None
    green: Earlier | None = None
    red_since: Mapping[str, RedSince] = field(default_factory=dict)
    trends: Mapping[str, list[PastCheck]] = field(default_factory=dict)
    samples: Mapping[str, list[Samples]] = field(default_factory=dict)
    figures: Mapping[tuple[str, str], list[PastFigure]] = field(default_factory=dict)
    problem: str = ""


def look_back(folder: Path, record: RunRecord) -> dict[str, Past]:
    """The past of every target of a run, by name; one that cannot be read says why.

    Args:
        folder: The project's folder.
        record: The run.
    """
    kinds = {sandbox: [one for one in record.targets if one.sandbox == sandbox] for sandbox in (True, False)}
    pasts = [_of_targets(folder, record, targets) for targets in kinds.values() if targets]
    return {name: past for found in pasts for name, past in found.items()}


def _of_targets(folder: Path, record: RunRecord, targets: list[TargetRecord]) -> dict[str, Past]:
    """The past of targets whose history is in one place, read in one visit."""

    def read_all(history: Store) -> dict[str, Past]:
        return {target.name: read(history, record, target) for target in targets}

    try:
        return visit(place_of(folder, sandbox=targets[0].sandbox), read_all)
    except (HistoryUnavailable, OSError) as error:
        return dict.fromkeys((target.name for target in targets), Past(problem=str(error)))


def read(history: Store, record: RunRecord, target: TargetRecord) -> Past:
    """What the history knows of a target from before the run."""
    name, begun = target.name, record.started_at
    judged = [one for one in record.checks if one.target == name and one.outcome != "not applicable"]
    runs = reading.runs(history, name, record.suite, begun)
    trends = reading.trends(history, name, [one.check for one in judged], begun, SHOWN_RUNS - 1)
    red = {one.check: _red_since(history, name, one.check, begun) for one in judged if one.outcome == "finding"}
    previous = _whole(history, runs[0] if runs else None)
    green = reading.last_green(history, name, record.suite, begun)
    return Past(
        previous=previous,
        green=previous if previous and previous.run == green else _whole(history, green),
        red_since={check: since for check, since in red.items() if since},
        trends=trends,
        samples={one: reading.samples(history, name, one, target.image) for one in reading.series(history, name)},
        figures=figures.earlier(history, name, record.drills, begun),
    )


def _whole(history: Store, run: PastRun | None) -> Earlier | None:
    return Earlier(run, tuple(reading.checks_of(history, run.run_id, run.target))) if run else None


def _red_since(history: Store, target: str, check: str, before: datetime) -> RedSince | None:
    moment = reading.red_since(history, target, check, before)
    return RedSince(moment, *reading.looks_around(history, target, moment)) if moment else None
