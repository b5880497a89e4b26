"""The terminal: what is checked in the first line, what is awaited meanwhile, what came of it in the last ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.plugin import github
from ops_tests.plugin.history.figures import drill_lines
from ops_tests.plugin.placing import stem_of
from ops_tests.plugin.runbook import place_of
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.rules.causes import causes
from ops_tests.rules.objective_table import objective_table
from ops_tests.rules.wording import excerpt, listed

if TYPE_CHECKING:
    from ops_tests.records.run import RunRecord

NOTHING_REAL = "embedded sandbox: nothing real is checked"
SHOWN_NOTES, NOTE_LENGTH, SHOWN_TARGETS = 5, 100, 5


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Say in the very first line what is checked."""
    run = run_of(session.config)
    reporter = _reporter(session.config)
    if run is not None and reporter is not None:
        reporter.write_line(first_line(run))
        if reporter.isatty():
            run.tell_progress = partial(_write_past_capture, session.config, reporter)
    yield


def _write_past_capture(config: pytest.Config, reporter: Any, line: str) -> None:
    """Write a line while a check runs, when pytest keeps everything that is printed for the report."""
    capture = config.pluginmanager.get_plugin("capturemanager")
    with capture.global_and_fixture_disabled() if capture else nullcontext():
        reporter.write_line(line)


def _reporter(config: pytest.Config) -> Any:
    return None if is_worker(config) else config.pluginmanager.get_plugin("terminalreporter")


def first_line(run: Run) -> str:
    """What is checked: the sandbox by its warning, a live target by name and address; of a shard how many."""
    names = [f"{one.name} ({NOTHING_REAL if one.sandbox else one.base_url})" for one in run.targets.values()]
    faults = f", with faults: {', '.join(run.settings.faults)}" if run.settings.faults else ""
    shard = f"shard {run.settings.shard}: {len(names)} of {len(names) + run.elsewhere} targets; "
    return f"{shard if run.settings.shard else ''}target: {listed(names, at_most=SHOWN_TARGETS)}{faults}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Write next step, verdict and the report's path as the very last lines; what breaks on the way is told."""
    run, reporter = run_of(session.config), _reporter(session.config)
    try:
        yield
    except Exception as error:
        if run is None or reporter is None:
            raise
        session.exitstatus = pytest.ExitCode.INTERNAL_ERROR
        reporter.write_line(f"BROKEN: the run could not be finished: {type(error).__name__}: {error}")
        return
    if run is None or run.final is None or reporter is None:
        return
    annotations = github.tell(session.config, run)
    for line in [*annotations, *run.final.remarks, *run.complaints, *last_lines(session.config, run)]:
        reporter.write_line(line)


def last_lines(config: pytest.Config, run: Run) -> list[str]:
    """What to type next, and the verdict with the report's path."""
    record, stem = run.final, stem_of(config)
    if record is None:
        return []
    first = next((cause.root for cause in causes(record.checks)), None)
    runbook = f"next: read {place_of(first, config.rootpath)}" if first and first.anchor else ""
    report = f" -> {stem.with_name('latest.html')}" if stem else ""
    table = objective_table(record.objectives) if record.suite == "monthly" else []
    drills = drill_lines(config.rootpath, record)
    told = (*_left_out(record), *_waived(record), *_notes(record), *table, *drills, *_wrong(record))
    lines = (*told, runbook, record.verdict + report)
    return [line for line in lines if line]


def _wrong(record: RunRecord) -> list[str]:
    """Each cause with its sentence and the names of what may follow; the worst stands nearest to the verdict."""
    several = len(record.targets) > 1
    lines: list[str] = []
    for cause in reversed(causes(record.checks)):
        root, names = cause.root, [one.check for one in cause.follows]
        word = f"{root.level} {root.outcome}" if root.level else root.outcome
        lines.append(f"{word}: {root.check}{f' on {root.target}' if several else ''}: {root.sentence}")
        lines += [f"  {cause.more}: {listed(names, at_most=4)}"] if names else []
    return lines


def _notes(record: RunRecord) -> list[str]:
    """The notes of checks that hold, shortly; the report has them whole."""
    noted = [check for check in record.checks if check.outcome == "note"]
    lines = [f"note: {check.check}: {excerpt(check.notes[0], NOTE_LENGTH)}" for check in noted[:SHOWN_NOTES]]
    more = len(noted) - SHOWN_NOTES
    return lines + ([f"note: {more} more in the report"] if more > 0 else [])


def _left_out(record: RunRecord) -> list[str]:
    """How many checks did not apply, by reason; the report names each."""
    reasons = Counter(check.sentence for check in record.checks if check.outcome == "not applicable")
    return [
        f"not applicable: {count} check{'' if count == 1 else 's'}, since {reason}" for reason, count in reasons.items()
    ]


def _waived(record: RunRecord) -> list[str]:
    """Each waived finding: by whom, until when, why, and what it hides."""
    several = len(record.targets) > 1
    return [
        "; ".join([f"{one.check}{f' on {one.target}' if several else ''} {one.waiver}", *one.notes, one.sentence])
        for one in record.checks
        if one.waiver
    ]
