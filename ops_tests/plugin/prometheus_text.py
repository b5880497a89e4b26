"""The record in Prometheus' text format, for a textfile collector or a Pushgateway.

Every series bears the suite, so that the files of two suites can be read side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ops_tests.records.run import Level, RunRecord

_ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_HOLDS = {"ok", "note", "waived"}
_LEVELS = {None: 0, Level.L1: 1, Level.L2: 2, Level.L3: 3}


class _Metric(NamedTuple):
    """One metric: its name, what it says, and its series, each with its labels as they are written."""

    name: str
    help: str
    series: Iterable[tuple[str, float]]


def prometheus_text(record: RunRecord) -> str:
    """All metrics of a run; checks that do not apply have none."""
    return "".join(
        line + "\n"
        for metric in (*_of_run(record), *_of_checks(record), *_of_objectives(record), *_of_drills(record))
        for line in _lines(metric)
    )


def _of_run(record: RunRecord) -> Iterator[_Metric]:
    suite = _labels(suite=record.suite)
    took = (record.finished_at - record.started_at).total_seconds()
    targets = [
        (_labels(suite=record.suite, target=one.name, release=one.release, image=one.image), 1.0)
        for one in record.targets
    ]
    yield _Metric("target_info", "A target of the run, with its release and image where they are known.", targets)
    status = [(suite, float(record.exit_status))]
    yield _Metric("run_exit_status", "0 all hold, 1 a finding, 10 none and some check was blind, else no run.", status)
    yield _Metric("run_level", "Worst level of the findings: 0 none, 1 to 3.", [(suite, _LEVELS[record.level])])
    yield _Metric("run_duration_seconds", "From the start to the verdict.", [(suite, took)])
    finished = [(suite, record.finished_at.timestamp())]
    yield _Metric("run_finished_timestamp_seconds", "When the verdict was reached, Unix time.", finished)


def _of_checks(record: RunRecord) -> Iterator[_Metric]:
    suite = _labels(suite=record.suite)
    judged = [one for one in record.checks if one.outcome != "not applicable"]
    checks = [(f"{suite},{_labels(target=one.target, check=one.check)}", one) for one in judged]
    holds = [(labels, float(one.outcome in _HOLDS)) for labels, one in checks]
    yield _Metric("check_holds", "1 the claim holds or its finding is waived, 0 a finding or blind.", holds)
    words = [(f"{labels},{_labels(outcome=one.outcome)}", 1.0) for labels, one in checks]
    yield _Metric("check_outcome_info", "The word of the verdict.", words)
    yield _Metric(
        "check_level", "How bad a finding is: 0 none, 1 to 3.", [(at, _LEVELS[one.level]) for at, one in checks]
    )
    took = [(labels, one.duration_seconds) for labels, one in checks]
    yield _Metric("check_duration_seconds", "How long the check took.", took)
    measured = [
        (f"{labels},{_labels(number=str(number), key=one.key, unit=one.unit)}", one.value, one.limit)
        for labels, check in checks
        for number, one in enumerate(check.measurements, 1)
    ]
    values = [(labels, value) for labels, value, _ in measured]
    yield _Metric("check_measurement", "What a check measured, in the unit the label names.", values)
    limits = [(labels, limit) for labels, _, limit in measured]
    yield _Metric("check_limit", "The last value of a measurement that is fine, in its unit.", limits)


def _of_objectives(record: RunRecord) -> Iterator[_Metric]:
    told = [
        (_labels(suite=record.suite, target=one.target, objective=one.id, unit=one.unit), one)
        for one in record.objectives
    ]
    words = [(f"{labels},{_labels(outcome=one.outcome)}", 1.0) for labels, one in told]
    yield _Metric("objective_outcome_info", "The word of an objective; gap: the history does not tell.", words)
    values = [(labels, one.value) for labels, one in told if one.value is not None]
    yield _Metric("objective_value", "What an objective came to, in the unit the label names.", values)
    limits = [(labels, one.limit) for labels, one in told if one.limit is not None]
    yield _Metric("objective_limit", "What the value is held against, in its unit.", limits)
    budgets = [(labels, one.budget_left_percent) for labels, one in told if one.budget_left_percent is not None]
    yield _Metric("objective_budget_left_percent", "Error budget left; below 0 it is overdrawn.", budgets)


def _of_drills(record: RunRecord) -> Iterator[_Metric]:
    if not record.drills:
        return
    newest = {(one.target, one.name): one for one in record.drills}
    told = [(_labels(suite=record.suite, target=one.target, drill=one.name), one) for one in newest.values()]
    took = [(labels, (one.ended_at - one.began_at).total_seconds()) for labels, one in told]
    yield _Metric("drill_duration_seconds", "How long a drill took.", took)
    measured = {
        (one.target, one.name, figure.name): (f"{labels},{_labels(figure=figure.name, unit=figure.unit)}", figure.value)
        for labels, one in told
        for figure in one.figures
    }
    yield _Metric("drill_figure", "What a drill measured, in the unit the label names.", measured.values())


def _lines(metric: _Metric) -> Iterator[str]:
    name = f"ops_tests_{metric.name}"
    yield f"# HELP {name} {metric.help}"
    yield f"# TYPE {name} gauge"
    yield from (f"{name}{{{labels}}} {value!r}" for labels, value in metric.series)


def _labels(**texts: str) -> str:
    return ",".join(f'{key}="{text.translate(_ESCAPED)}"' for key, text in texts.items())
