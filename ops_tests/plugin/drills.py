"""The drills: each is made once, by the first check that asks for it, on a target that is well and is left as it was.

What acts is loaded only when a drill is made.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import NotPermitted
from ops_tests.plugin.applicable import NEEDS, needs_parts
from ops_tests.plugin.deliveries import harmless_endpoint, webhooks_part_of
from ops_tests.plugin.drill_ground import Ground, is_asked_for
from ops_tests.plugin.gather import DEADLINE_SECONDS, Gatherer
from ops_tests.plugin.smoke_again import smoke_again
from ops_tests.plugin.state import Run, run_of

if TYPE_CHECKING:
    from ops_tests.acts.journal import Journal
    from ops_tests.permit import Permit
    from ops_tests.plugin.options import Settings
    from ops_tests.records.drill import ColdStart, ReplayedLetter, SteadyState, ThereAndBack
    from ops_tests.records.run import RunRecord
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint


def _rollback_is_named(target: Target, endpoint: Endpoint | None, settings: Settings) -> str:
    missing = needs_parts("platform.app")(target, endpoint, settings)
    return missing or ("" if "rollback" in settings.drills else "it is drilled only when named: --drill rollback")


NEEDS["ground"] = is_asked_for
NEEDS["cold_start"] = needs_parts("platform.app")
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

    embedded = run.sandboxes.get(target.name)
    return journal_of(embedded.ready().folder if embedded else folder / "reports", target)


@pytest.fixture(scope="session")
def cold_start(ground: Ground, gatherer: Gatherer) -> ColdStart:
    """A restart of every started machine, one by one, watched from outside."""
    from ops_tests.acts.cold_start import ColdStartDrill
    from ops_tests.acts.deliverer import Deliverer
    from ops_tests.clients.remarks import unheard
    from ops_tests.clients.ways import database_of
    from ops_tests.rules import drills as rules

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
    from ops_tests.rules import drills as rules

    limit = ground.target.limits.recovery_minutes
    drill = RollbackDrill(ground.target, ground.permit, ground.journal, limit, ground.progress)
    return ground.drill("rollback", drill.run, rules.rollback_told)


@pytest.fixture(scope="session")
def replayed_letter(ground: Ground, gatherer: Gatherer) -> ReplayedLetter:
    """A dead letter of ours, planted and replayed."""
    from ops_tests.acts.letter_drill import LetterDrill
    from ops_tests.rules import drills as rules

    gatherer.result(ground.target, "synthetic_clearance")
    endpoint = harmless_endpoint(webhooks_part_of(ground.target))
    drill = LetterDrill(ground.target, ground.permit, ground.journal, ground.announce, ground.progress)
    return ground.drill("dead letter replay", partial(drill.run, endpoint), rules.replay_told)


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
