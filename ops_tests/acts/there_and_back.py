"""The drill of a rollback: to the previous image and back to the present one, each healthy before the next step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops_tests.acts.going_back import WayBack, way_back
from ops_tests.acts.journal import Deploying, Journal
from ops_tests.acts.prober import Prober
from ops_tests.clients.acting.fly import ActingFly
from ops_tests.errors import NotPermitted, UsageProblem
from ops_tests.records.drill import Act, ThereAndBack
from ops_tests.rules.deployments import undeployed
from ops_tests.rules.machines import running
from ops_tests.rules.releases import incomplete
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.permit import Permit
    from ops_tests.records.platform import Image
    from ops_tests.target import Target


class RollbackDrill:
    """Deploys the previous image and then the present one.

    Args:
        target: The target, with [platform].
        permit: The permission to act on it.
        journal: Where the present image is written down before another is deployed.
        limit: Within how many minutes the target must be healthy after each deployment.
        progress: Told what is being done.
    """

    def __init__(
        self, target: Target, permit: Permit, journal: Journal, limit: Limit, progress: Callable[[str], None]
    ) -> None:
        self._target, self._journal, self._progress = target, journal, progress
        self._run_id, self._acting = permit.run_id, ActingFly(target, permit)
        self._patience = limit.value * 60

    def run(self) -> ThereAndBack:
        """Go back and return; where going back failed half-way, the entry stays open and is undone.

        Raises:
            NotPermitted: There is nothing to go back to, a migration lies between, or not one image runs everywhere.
            Blind: The platform or the database cannot be looked at.
        """
        try:
            way = way_back(self._target)
        except UsageProblem as error:
            raise NotPermitted(f"no rollback was drilled: {error}") from None
        present = _present_image(way)
        with Prober(self._target) as prober:
            number = self._journal.begin(self._entry(way, present))
            acts, wrong = self._deployed(way.image, f"deploy v{way.to.version} again", prober)
            if not wrong:
                again, wrong = self._deployed(present, "deploy the present image", prober)
                acts += again
                if not wrong:
                    self._journal.undone(number)
        return ThereAndBack(acts, prober.probes, wrong)

    def _entry(self, way: WayBack, present: Image) -> Deploying:
        return Deploying(run_id=self._run_id, image=str(present), to=str(way.image), newest=way.live.version)

    def _deployed(self, image: Image, what: str, prober: Prober) -> tuple[tuple[Act, ...], tuple[str, ...]]:
        self._progress(what)
        began_at = datetime.now(UTC)
        done = self._acting.deploy(image)
        wrong = [f"{what}: {done.said or 'fly called it a success'}; {one}" for one in undeployed(done)]
        act = Act(what, began_at, datetime.now(UTC), listed(wrong))
        if not wrong and not prober.recovered(act.ended_at, self._patience):
            wrong = [f"health did not answer 200 three times in a row after: {what}"]
        return (act,), tuple(wrong)


def _present_image(way: WayBack) -> Image:
    """The image to come back to: that of the newest release, which every machine must run."""
    others = incomplete([way.live], running(way.machines))
    if others or way.live.image is None:
        raise NotPermitted(f"no rollback was drilled: {listed(others)}; expected one image everywhere")
    return way.live.image
