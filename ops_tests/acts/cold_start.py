"""The drill of a cold start: every started machine is restarted, one by one, and watched from outside."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.acts.journal import Journal, Restarting
from ops_tests.acts.prober import Prober
from ops_tests.clients.acting.fly import ActingFly
from ops_tests.clients.fly_platform import connect
from ops_tests.errors import ActionFailed, NotAuthorised, NotPermitted
from ops_tests.records.drill import Act, ColdStart, PersistentDelivery
from ops_tests.rules.drills import not_exactly_once, recovered_at
from ops_tests.rules.machines import not_restarted, serving
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.acts.deliverer import Deliverer
    from ops_tests.clients.database import Database
    from ops_tests.limits import Limit
    from ops_tests.permit import Permit
    from ops_tests.records.database import WebhookEvent
    from ops_tests.records.platform import Machine
    from ops_tests.target import Target

QUIET_SECONDS = 1.0
"""Before the first restart: so that the prober shows health as it was."""
BEYOND_THE_LIMIT = 1.1
"""A recovery is awaited a little longer than it may take, so that one that is late is told with its time."""
ROWS_EVERY_SECONDS = 1.0
"""Between two looks for the deliveries' rows."""


class ColdStartDrill:
    """Restarts and watches.

    Args:
        target: The target, with [platform].
        permit: The permission to act on it.
        journal: Where each restart is written down before it is done.
        limit: Within how many minutes the target must recover.
        progress: Told what is being done.
    """

    def __init__(
        self, target: Target, permit: Permit, journal: Journal, limit: Limit, progress: Callable[[str], None]
    ) -> None:
        self._target, self._journal, self._progress = target, journal, progress
        self._permit = permit
        self._patience = limit.value * 60 * BEYOND_THE_LIMIT

    def run(self, deliverer: Deliverer | None, database: Database | None) -> ColdStart:
        """Restart all started machines, each healthy before the next.

        Args:
            deliverer: Who delivers meanwhile, or None.
            database: Where the deliveries are recorded, or None.

        Raises:
            NotPermitted: No machine is started.
            Blind: The platform or the database cannot be looked at.
        """
        machines = [one for one in serving(connect(self._target).machines()) if one.state == "started"]
        if not machines:
            raise NotPermitted("no machine is started, so none can be restarted; expected at least one")
        with ExitStack() as running:
            prober = running.enter_context(Prober(self._target))
            running.enter_context(deliverer or nullcontext())
            prober.recovered(datetime.now(UTC), self._patience)
            time.sleep(QUIET_SECONDS)
            acts = self._restart_all(machines, prober)
            # Nobody waits for deliveries while nobody answers: what is down is started first.
            deliveries = deliverer.finish() if deliverer and recovered_at(prober.probes, acts[-1].ended_at) else ()
        events = self._recorded(deliveries, database) if deliveries and database else ()
        return ColdStart(acts, prober.probes, deliveries, events)

    def _restart_all(self, machines: Sequence[Machine], prober: Prober) -> tuple[Act, ...]:
        acts: list[Act] = []
        for machine in machines:
            self._progress(f"restarting {machine.id}")
            number = self._journal.begin(Restarting(run_id=self._permit.run_id, machine=machine.id))
            acts.append(self._restart(machine, number))
            recovered = prober.recovered(acts[-1].ended_at, self._patience)
            if acts[-1].failed or not recovered:
                break  # what is not well is not restarted further; the entry stays open and is undone
            self._journal.undone(number)
        return tuple(acts)

    def _restart(self, machine: Machine, number: int) -> Act:
        began_at, acting = datetime.now(UTC), ActingFly(self._target, self._permit)
        try:
            acting.machine_restart(machine.id)
        except NotAuthorised:
            self._journal.undone(number)  # nothing was begun
            raise
        except ActionFailed as error:
            failed = f"{error}; it is {self._state(machine)} now"
        else:
            failed = listed(not_restarted(machine, connect(self._target).machines()))
        return Act(f"restart {machine.id}", began_at, datetime.now(UTC), failed)

    def _state(self, machine: Machine) -> str:
        return next((one.state for one in connect(self._target).machines() if one.id == machine.id), "gone")

    def _recorded(self, deliveries: Sequence[PersistentDelivery], database: Database) -> tuple[WebhookEvent, ...]:
        """The rows of the deliveries, once each has one or the time for it has passed."""
        part = self._target.webhooks
        ends_at = datetime.now(UTC) + timedelta(seconds=part.effect_within_seconds if part else 0)
        ids, shops = [one.webhook_id for one in deliveries], [one.shop for one in deliveries]
        while True:
            asked_at = datetime.now(UTC)
            events = database.webhook_events(ids, shops)
            if asked_at > ends_at or not not_exactly_once(deliveries, events):
                return events
            time.sleep(ROWS_EVERY_SECONDS)
