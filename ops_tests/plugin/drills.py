"""The drills: each is made once, by the first check that asks for it, on a target that is well and is left as it was.

What acts is loaded only when a drill is made.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest

from ops_tests.errors import NotPermitted, OpsError
from ops_tests.permit import Permit
from ops_tests.plugin.applicable import NEEDS, needs_parts
from ops_tests.plugin.deliveries import harmless_endpoint, webhooks_part_of
from ops_tests.plugin.gather import DEADLINE_SECONDS, Gatherer
from ops_tests.plugin.options import Settings
from ops_tests.plugin.smoke_again import smoke_again
from ops_tests.plugin.state import Run, run_of
from ops_tests.records.drill import ColdStart, ReplayedLetter, SteadyState, ThereAndBack
from ops_tests.records.run import Drill, Figure, RunRecord, Span, SyntheticDelivery
from ops_tests.records.webhooks import Announcement
from ops_tests.rules import drills as rules
from ops_tests.rules.wording import listed
from ops_tests.target import Target
from ops_tests.target_parts import Endpoint

if TYPE_CHECKING:
    from ops_tests.acts.journal import Journal

Seen = TypeVar("Seen")
Told = tuple[list[Span], tuple[Figure, ...]]


@dataclass(frozen=True)
class Ground:
    """A target on which drills may be made.

    Attributes:
        target: The target.
        permit: The permission to act on it.
        run: The session's run.
        journal: The target's undo journal.
        before: What the target must be like afterwards.
        undone: What drills did not undo themselves, so that no other is made.
    """

    target: Target
    permit: Permit
    run: Run
    journal: Journal
    before: SteadyState
    undone: list[str] = field(default_factory=list)

    def drill(self, name: str, make: Callable[[], Seen], tell: Callable[[Seen], Told]) -> Seen:
        """Make a drill, undo what it left open however it ended, and write down what it did.

        Raises:
            NotPermitted: A drill before it did not end well.
            Blind: Something could not be looked at.
        """
        if self.undone:
            raise NotPermitted(f"not drilled, since an earlier drill did not end well: {listed(self.undone)}")
        began_at = datetime.now(UTC)
        try:
            seen = make()
        finally:
            self._undo()
        spans, figures = tell(seen)
        one = Drill(target=self.target.name, name=name, began_at=began_at, ended_at=datetime.now(UTC),
                    spans=tuple(spans), figures=figures)  # fmt: skip
        self.run.drills.append(one)
        return seen

    def announce(self, one: Announcement) -> None:
        """Write a delivery down before it is sent."""
        self.run.deliveries.append(SyntheticDelivery(target=self.target.name, **asdict(one)))

    def progress(self, said: str) -> None:
        """Say at a terminal what is being done."""
        self.run.tell_progress(f"{self.target.name}: {said}")

    def _undo(self) -> None:
        from ops_tests.acts.undoing import undisturbed, undo

        with undisturbed():
            try:
                self.undone.extend(undo(self.target, self.permit, self.journal))
            except OpsError as error:
                self.undone.append(f"NOT UNDONE: {error}")
        self.run.complaints.extend(f"undone on {self.target.name}: {said}" for said in self.undone)


def _is_asked_for(_target: Target, _endpoint: Endpoint | None, settings: Settings) -> str:
    return "" if re.search(r"\b(dr_drill|acts)\b", settings.suite) else "a drill is made only with -m dr_drill"


def _rollback_is_named(target: Target, endpoint: Endpoint | None, settings: Settings) -> str:
    missing = needs_parts("platform")(target, endpoint, settings)
    return missing or ("" if "rollback" in settings.drills else "it is drilled only when named: --drill rollback")


NEEDS["ground"] = _is_asked_for
NEEDS["cold_start"] = needs_parts("platform")
NEEDS["deliveries_throughout"] = needs_parts("webhooks.synthetic", "webhooks.records_deliveries", "database")
NEEDS["there_and_back"] = _rollback_is_named
NEEDS["replayed_letter"] = needs_parts("webhooks.synthetic", "database.operator_secret_env")


@pytest.fixture(scope="session")
def ground(request: pytest.FixtureRequest, target: Target, permit: Permit, gatherer: Gatherer) -> Ground:
    """The target, on which nothing else of this run is at work, found well by a smoke run made now."""
    from ops_tests.acts.steady import steady_state

    run = run_of(request.config)
    assert run is not None, "a permit is given only in a run of checks"  # noqa: S101  # cannot happen behind `permit`
    gatherer.quiet(DEADLINE_SECONDS)
    smoke = smoke_again(request.config, run, target)
    if smoke.exit_status:
        raise NotPermitted(
            f"no drill, and nothing was changed: the smoke suite says {smoke.verdict}; expected it green before a drill"
        )
    journal = journal_for(request.config.rootpath, run, target)
    return Ground(target, permit, run, journal, steady_state(target, journal, run.proxies))


def journal_for(folder: Path, run: Run, target: Target) -> Journal:
    """A target's journal; that of the embedded sandbox lies in the sandbox's folder and goes with it."""
    from ops_tests.acts.journal import journal_of

    embedded = run.sandbox is not None and target.sandbox
    return journal_of(run.sandbox.ready().folder if run.sandbox and embedded else folder / "reports", target)


@pytest.fixture(scope="session")
def cold_start(ground: Ground, gatherer: Gatherer) -> ColdStart:
    """A restart of every started machine, one by one, watched from outside."""
    from ops_tests.acts.cold_start import ColdStartDrill
    from ops_tests.acts.deliverer import Deliverer
    from ops_tests.clients.remarks import unheard
    from ops_tests.clients.ways import database_of

    target, deliverer, database = ground.target, None, None
    if target.webhooks and target.webhooks.synthetic and target.webhooks.records_deliveries and target.database:
        gatherer.result(target, "synthetic_clearance")
        endpoint, named = harmless_endpoint(webhooks_part_of(target)), f"{ground.run.run_id}-drill"
        deliverer = Deliverer(target, endpoint, named, ground.announce)
        database = database_of(target, ground.run.proxies, unheard)
    drill = ColdStartDrill(target, ground.permit, ground.journal, target.limits.recovery_minutes, ground.progress)
    return ground.drill("cold start", partial(drill.run, deliverer, database), rules.restart_told)


@pytest.fixture(scope="session")
def deliveries_throughout(cold_start: ColdStart) -> ColdStart:
    """The same restart, for what became of the deliveries."""
    return cold_start


@pytest.fixture(scope="session")
def there_and_back(ground: Ground) -> ThereAndBack:
    """A rollback to the previous image, and the way back to the present one."""
    from ops_tests.acts.there_and_back import RollbackDrill

    limit = ground.target.limits.recovery_minutes
    drill = RollbackDrill(ground.target, ground.permit, ground.journal, limit, ground.progress)
    return ground.drill("rollback", drill.run, rules.rollback_told)


@pytest.fixture(scope="session")
def replayed_letter(ground: Ground, gatherer: Gatherer) -> ReplayedLetter:
    """A dead letter of ours, planted and replayed."""
    from ops_tests.acts.letter_drill import replay_one

    gatherer.result(ground.target, "synthetic_clearance")
    endpoint = harmless_endpoint(webhooks_part_of(ground.target))
    make = partial(replay_one, ground.target, ground.permit, ground.journal, endpoint, ground.announce, ground.progress)
    return ground.drill("dead letter replay", make, rules.replay_told)


@pytest.fixture(scope="session")
def smoke_afterwards(request: pytest.FixtureRequest, ground: Ground) -> RunRecord:
    """The smoke suite on the target as the drills left it."""
    return smoke_again(request.config, ground.run, ground.target)


@pytest.fixture(scope="session")
def steady_before(ground: Ground) -> SteadyState:
    """What the target was like before the first drill."""
    return ground.before


@pytest.fixture(scope="session")
def steady_afterwards(ground: Ground) -> SteadyState:
    """What the target is like after the last drill."""
    from ops_tests.acts.steady import steady_state

    return steady_state(ground.target, ground.journal, ground.run.proxies)
