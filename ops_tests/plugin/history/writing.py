"""Adding a run to the history; the same run written twice is there once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, Tell, in_utc, visit
from ops_tests.plugin.history.upkeep import forget
from ops_tests.rules.levels import worst

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Drill, RunRecord, SampledTimes, TargetRecord

_RUN = "INSERT INTO ops_run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_CHECK = "INSERT INTO ops_check VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_SAMPLES = "INSERT INTO ops_sample VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_FIGURE = "INSERT INTO ops_figure VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_BROKE_OFF = {2, 3, 4, 5}


def store(folder: Path, record: RunRecord, tell: Tell) -> None:
    """Write a finished run; what cannot be kept is told, never raised.

    Args:
        folder: The project's folder.
        record: The run.
        tell: Told what could not be kept, and of a damaged file that was set aside.
    """
    for sandbox in sorted({target.sandbox for target in record.targets}):
        targets = [target for target in record.targets if target.sandbox == sandbox]
        try:
            visit(place_of(folder, sandbox=sandbox), partial(write, record=record, targets=targets), tell)
        except (HistoryUnavailable, OSError) as error:
            names = ", ".join(target.name for target in targets)
            tell(f"this run is not in the history of {names}, so trends, objectives and reminders miss it: "
                 f"{error}; python -m ops_tests history tells whether it works again")  # fmt: skip


def write(history: Store, record: RunRecord, targets: Iterable[TargetRecord]) -> None:
    """Add a run's part of some targets; in one transaction, so that a run that is killed is there whole or not.

    What is older than the retention goes, a batch at a time.
    """
    named = {target.name: target for target in targets}
    checks: dict[str, list[CheckRecord]] = {name: [] for name in named}
    for check in record.checks:
        checks.get(check.target, []).append(check)
    taken = [one for one in record.samples if one.target in named]
    made = [drill for drill in record.drills if drill.target in named]
    history.write_each(_RUN, [_run_row(record, target, checks[name]) for name, target in named.items()])
    history.write_each(_CHECK, [_check_row(record, check) for its in checks.values() for check in its])
    history.write_each(_SAMPLES, [_sample_row(record, one, named[one.target].image) for one in taken])
    history.write_each(_FIGURE, [row for drill in made for row in _figure_rows(record, drill)])
    forget(history, record.started_at)


def _sample_row(record: RunRecord, one: SampledTimes, image: str) -> tuple[object, ...]:
    seconds = json.dumps([round(second, 6) for second in one.seconds])
    return record.run_id, one.target, one.series, image, in_utc(one.taken_at), seconds


def _figure_rows(record: RunRecord, drill: Drill) -> list[tuple[object, ...]]:
    return [
        (record.run_id, drill.target, drill.name, in_utc(drill.began_at), place, one.name, one.value, one.unit)
        for place, one in enumerate(drill.figures, 1)
    ]


def _run_row(record: RunRecord, target: TargetRecord, checks: list[CheckRecord]) -> tuple[object, ...]:
    return (
        record.run_id, target.name, record.suite, in_utc(record.started_at), in_utc(record.finished_at),
        record.exit_status, outcome_of(record.exit_status, checks), worst(check.level for check in checks),
        record.verdict, target.release, target.image,
    )  # fmt: skip


def outcome_of(exit_status: int, checks: list[CheckRecord]) -> str:
    """One target's part of a run in one word: ``finding``, ``blind``, ``ok``, or ``unfinished`` where it broke off."""
    counted = Counter(check.outcome for check in checks)
    if counted["finding"]:
        return "finding"
    if exit_status in _BROKE_OFF:
        return "unfinished"
    return "blind" if counted["blind"] else "ok"


def _check_row(record: RunRecord, check: CheckRecord) -> tuple[object, ...]:
    first = check.measurements[0] if check.measurements else None
    return (
        record.run_id, check.target, check.check, in_utc(check.started_at or record.started_at), check.outcome,
        check.level, first and first.value, first and first.unit, first and first.limit, check.duration_seconds,
        check.sentence, check.model_dump_json(),
    )  # fmt: skip
