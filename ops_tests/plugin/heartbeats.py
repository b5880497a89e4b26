"""The dead man's switch: told when a scheduled suite begins and how it ended; what goes wrong is a line, no status.

The start is told in a thread, so that a slow service costs the checks nothing. The end waits for it, since a start that
arrives last would say that the run still goes on. A run that is killed tells no end, which is what the switch is for.
The embedded sandbox tells nobody.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable
from functools import partial
from typing import TYPE_CHECKING

import pytest

# Brings requests, which silences a warning of urllib3: lost where a thread imports it beside pytest's own filters.
from ops_tests.clients.heartbeat import Event, beat
from ops_tests.errors import Blind
from ops_tests.plugin.history.writing import outcome_of
from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.rules.wording import seen

if TYPE_CHECKING:
    from ops_tests.target import Target

_STARTS = pytest.StashKey[list[threading.Thread]]()


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Tell that a run begins."""
    yield
    run = run_of(session.config)
    if run is None or is_worker(session.config):
        return
    tellings = (partial(_tell, run, target, "start", "") for target in run.targets.values())
    session.config.stash[_STARTS] = _begun(tellings)


def _begun(tellings: Iterable[Callable[[], None]]) -> list[threading.Thread]:
    """Tell all switches at once: a service that hangs holds up a hundred targets no longer than one."""
    threads = [threading.Thread(target=telling, name="heartbeat", daemon=True) for telling in tellings]
    for thread in threads:
        thread.start()
    return threads


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, None, None]:
    """Tell how it ended, once everything else of the run is done."""
    try:
        yield
    finally:
        run = run_of(session.config)
        if run is not None and not is_worker(session.config):
            for start in session.config.stash.get(_STARTS, []):
                start.join()
            ends = [(target, *_end(session.config, run, target)) for target in run.targets.values()]
            for told in _begun([partial(_tell, run, *end) for end in ends]):
                told.join()


def _end(config: pytest.Config, run: Run, target: Target) -> tuple[Event, str]:
    """Success when every check of the target held; the verdict goes with it, and how long it took."""
    record = run.final
    if record is None:
        return "fail", "the run ended without a record"
    checks = [check for check in record.checks if check.target == target.name]
    good = outcome_of(record.exit_status, checks) == "ok"
    took = (record.finished_at - record.started_at).total_seconds()
    said = redactor_of(config, run).text(f"{record.verdict}\nrun {record.run_id}, {took:.1f} s")
    return "success" if good else "fail", said


def _tell(run: Run, target: Target, event: Event, said: str) -> None:
    variable = target.heartbeat and target.heartbeat.variable(run.settings.suite)
    if not variable:
        return
    try:
        beat(target.secret(variable), event, run.run_id, said)
    except Blind as error:
        complaint = f"the dead man's switch of {target.name} was not told: {seen(str(error))}; is {variable} right?"
        if complaint not in run.complaints:
            run.complaints.append(complaint)
