"""The exit status, decided once, on the controller, from the finished records.

| status | meaning |
|---|---|
| 0 | every claim holds, on evidence; waived findings aside |
| 1 | at least one finding (or a failed test that is no check) |
| 2 | interrupted, or something could not be collected |
| 3 | the run itself broke: an internal error, a crashed worker, fewer checks judged than collected |
| 4 | usage: target, option or variable |
| 5 | nothing ran, or everything was skipped |
| 10 | no finding, but at least one check is blind |
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.records.run import Drill, SampledTimes, SyntheticDelivery

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord

FINDING, INTERRUPTED, BROKEN, NOTHING_RAN, BLIND = 1, 2, 3, 5, 10


@dataclass(eq=False)
class Tally:
    """What pytest reported, counted for one session.

    Attributes:
        config: The session's configuration.
        plain: Outcomes of the phases of tests that are no checks.
        plain_ended: How many of those tests have ended.
        crashed: Ids of checks whose worker died under them.
        uncollected: Files that could not be collected.
        stopped_early: Whether ``-x`` or ``--maxfail`` ended an xdist run (pytest calls that interrupted).
    """

    config: pytest.Config
    plain: list[str] = field(default_factory=list)
    plain_ended: int = 0
    crashed: list[str] = field(default_factory=list)
    uncollected: list[str] = field(default_factory=list)
    stopped_early: bool = False

    @property
    def run(self) -> Run | None:
        """The session's run, on the controller only."""
        return None if is_worker(self.config) else run_of(self.config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take up a finished record, and what a worker noted; remember crashes and tests that are no checks."""
        run = self.run
        if run is None:
            return
        handed = getattr(report, "ops_deliveries", ())
        run.deliveries.extend(SyntheticDelivery.model_validate(one) for one in handed)
        taken = getattr(report, "ops_samples", ())
        run.samples.extend(SampledTimes.model_validate(one) for one in taken)
        made = getattr(report, "ops_drills", ())
        run.drills.extend(Drill.model_validate(one) for one in made)
        told: CheckRecord | None = getattr(report, "ops_record", None)
        if told is not None:
            run.records.append(told)
        elif report.when not in {"setup", "call", "teardown"}:
            self.crashed.append(report.nodeid)
        elif not getattr(report, "ops_check", False):
            self.plain.append(report.outcome)
            self.plain_ended += report.when == "teardown"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what could not be collected."""
        if report.failed:
            self.uncollected.append(report.nodeid)

    def pytest_internalerror(self, excrepr: object) -> None:
        """An internal error anywhere, also in a worker, breaks the run."""
        if self.run is not None:
            self.run.broken = f"internal error: {str(excrepr).strip().splitlines()[-1]}"

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Tell xdist's own way to stop after ``-x`` from Ctrl-C."""
        self.stopped_early = "xdist" in type(excinfo.value).__module__

    def status(self, session: pytest.Session) -> int:
        """What the session exits with."""
        run, status = self.run, int(session.exitstatus)
        if run is None or status in {BROKEN, 4}:
            return status
        if run.broken:
            return BROKEN
        if self.uncollected or (status == INTERRUPTED and not self.stopped_early):
            return INTERRUPTED
        return self._judged(run, session)

    def _judged(self, run: Run, session: pytest.Session) -> int:
        outcomes, own = ({record.outcome for record in records} for records in (run.records, run.own))
        if "finding" in outcomes | own or "failed" in self.plain:
            return FINDING
        if "blind" in outcomes | own or self.crashed:
            return BLIND
        if not outcomes - {"not applicable"} and "passed" not in self.plain:
            return NOTHING_RAN
        return 0 if self._complete(run, session) else BROKEN

    def _complete(self, run: Run, session: pytest.Session) -> bool:
        """Whether every collected item has come to a verdict, or was left out on purpose."""
        if session.shouldfail or session.shouldstop or self.stopped_early:
            return True
        return len(run.records) + self.plain_ended >= session.testscollected


_TALLY = pytest.StashKey[Tally]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.stash[_TALLY] = Tally(config)
    config.pluginmanager.register(config.stash[_TALLY], "ops_tests.tally")


def tally_of(config: pytest.Config) -> Tally:
    """The session's tally."""
    return config.stash[_TALLY]
