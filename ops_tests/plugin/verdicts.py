"""From pytest's reports to verdicts: ok, note, finding, waived, blind.

A finding is an assert that failed in the check itself. Everything else that is not a pass is blind: a fixture that
could not look, another exception, a timeout.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from ops_tests.errors import OpsError
from ops_tests.plugin.applicable import fixture_names, item_target
from ops_tests.plugin.gather import OBSERVATIONS, gatherer_of
from ops_tests.plugin.jotter import is_check, jotter_of, record_of, remember
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.plugin.waivers import waive
from ops_tests.records.run import CheckRecord, Drill, Level, Outcome, SampledTimes, SyntheticDelivery, Waiver
from ops_tests.rules.levels import worst

PROPERTY = "ops"
"""The name under which a report's ``user_properties`` carry the verdict."""
_FAILURE = pytest.StashKey[tuple[Outcome, str]]()
_WAIVER = pytest.StashKey[Waiver]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the verdict's word into every failing report, and the finished record into the last one."""
    report = yield
    run = run_of(item.config)
    if run is None or not is_check(item):
        return report
    jotter_of(item).duration_seconds += call.duration
    report.__dict__["ops_check"] = True  # extra attributes travel with xdist
    if report.skipped:
        item.stash.setdefault(_FAILURE, ("not applicable", f"skipped: {call.excinfo and call.excinfo.value}"))
    if report.failed:
        _take_failure(item, call, report, run)
    if report.when == "teardown":
        _remember_remarks(item, run)
        report.__dict__["ops_record"] = _finished(item)
    if is_worker(item.config):
        report.__dict__["ops_deliveries"] = _handed_on(run.deliveries)
        report.__dict__["ops_samples"] = _handed_on(run.samples)
        report.__dict__["ops_drills"] = _handed_on(run.drills)
    return report


def _handed_on(noted: list[SyntheticDelivery] | list[SampledTimes] | list[Drill]) -> list[dict[str, object]]:
    """What a worker noted since the last report: with each report, so that a crash hides few."""
    handed = []
    while noted:  # one by one, since the observations' threads append meanwhile
        handed.append(noted.pop(0).model_dump(mode="json"))
    return handed


def _take_failure(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, run: Run) -> None:
    outcome, sentence = _classify(item, call)
    waiver = None
    if outcome == "finding":
        waiver, sentence = waive(item, run, sentence)
    if waiver is not None:
        outcome, item.stash[_WAIVER] = "waived", waiver
        report.outcome = "skipped"  # to pytest it is no failure: neither -x nor its own status may count it
        path, line, _ = item.location
        report.longrepr = (path, (line or 0) + 1, f"{waiver}: {sentence}")
    elif is_told_by_its_sentence(item, call):
        report.longrepr = sentence
    report.user_properties.append((PROPERTY, outcome))
    if outcome == "blind" and _WAIVER in item.stash:
        del item.stash[_FAILURE], item.stash[_WAIVER]  # waived is only the finding, not what broke after it
    item.stash.setdefault(_FAILURE, (outcome, sentence))


def _classify(item: pytest.Item, call: pytest.CallInfo[None]) -> tuple[Outcome, str]:
    excinfo = call.excinfo
    if excinfo is None:
        return "blind", "passed although it was expected to fail (strict xfail)"
    asserted = call.when == "call" and isinstance(excinfo.value, AssertionError)
    if asserted and str(excinfo.traceback[-1].path) == str(item.path):
        return "finding", str(excinfo.value).split("\nassert ")[0].strip()
    if isinstance(excinfo.value, OpsError):
        return "blind", str(excinfo.value)
    return "blind", f"{type(excinfo.value).__name__}: {excinfo.value}".strip()


def is_told_by_its_sentence(item: pytest.Item, call: pytest.CallInfo[None]) -> bool:
    """Whether the sentence says it all, so that a traceback would only be noise."""
    told = call.excinfo is not None and isinstance(call.excinfo.value, OpsError)
    return told or _classify(item, call)[0] == "finding"


def _remember_remarks(item: pytest.Item, run: Run) -> None:
    target = item_target(item, run)
    for name in fixture_names(item):
        if name in OBSERVATIONS:
            remember(item, gatherer_of(run).remarks(target, name))


def _finished(item: pytest.Item) -> CheckRecord:
    jotter = jotter_of(item)
    outcome, sentence = item.stash.get(_FAILURE, ("note" if jotter.notes else "ok", ""))
    level = worst(one.level for one in jotter.measurements) or Level.L1
    waiver = item.stash.get(_WAIVER, None)
    return record_of(item, outcome, sentence, level if outcome == "finding" else None, waiver)


def verdict_of(report: pytest.TestReport) -> str:
    """The word in a report, ``finding``, ``waived`` or ``blind``; unclassified (a dead worker) is blind."""
    return next((str(value) for name, value in report.user_properties if name == PROPERTY), "blind")


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(
    report: pytest.TestReport | pytest.CollectReport, config: pytest.Config
) -> tuple[str, str, str] | None:
    """Count findings, blind and waived checks by their own words.

    What says it all in a sentence is told by its cause at the end, so pytest has no part in it; a check that broke
    otherwise stays pytest's error, with its traceback.
    """
    if isinstance(report, pytest.CollectReport):
        return None
    known = any(name == PROPERTY for name, _ in report.user_properties)
    if run_of(config) is None or not known:
        return None
    if verdict_of(report) == "waived":
        return "waived", "w", "WAIVED"
    if verdict_of(report) == "finding":
        return "finding", "F", "FINDING"
    return "blind" if isinstance(report.longrepr, str) else "error", "B", "BLIND"
