"""Asks the health path again and again while something is done to the target."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops_tests.acts.alongside import Alongside
from ops_tests.clients.web import Web
from ops_tests.errors import Unreachable
from ops_tests.records.drill import HealthProbe
from ops_tests.records.web import HealthAttempt
from ops_tests.rules.drills import recovered_at
from ops_tests.rules.health import unhealthy_fields, wrong_answers
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.target import Target

EVERY_SECONDS = 0.2
"""Catalogue of drills: the outage a prober saw every 200 ms."""
ANSWER_SECONDS = 2.0
"""An answer that takes longer is none: who waits for it meanwhile sees nothing else."""


class Prober(Alongside):
    """Asks from ``with`` to its end, in a thread of its own.

    Args:
        target: Whose health.
    """

    def __init__(self, target: Target) -> None:
        super().__init__("prober", Web(target.base_url, seconds=ANSWER_SECONDS, authority=target.authority))
        self._target = target
        self._probes: list[HealthProbe] = []

    @property
    def probes(self) -> tuple[HealthProbe, ...]:
        """What was seen so far."""
        return tuple(self._probes)

    def recovered(self, since: datetime, seconds: float) -> bool:
        """Wait until health has answered three times in a row since a moment, UTC, or so long; whether it has."""
        ends_at = time.monotonic() + seconds
        while recovered_at(self.probes, since) is None:
            self._demand_whole()
            if time.monotonic() > ends_at:
                return False
            time.sleep(EVERY_SECONDS / 2)
        return True

    def _go_on(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(due - time.monotonic(), 0)):
            due = max(due + EVERY_SECONDS, time.monotonic())
            self._probes.append(self._probe())

    def _probe(self) -> HealthProbe:
        sent_at = datetime.now(UTC)
        wrong = self._wrong()
        return HealthProbe(sent_at, datetime.now(UTC), wrong)

    def _wrong(self) -> str:
        path = self._target.health.path
        try:
            answer = self._web.get(path)
        except Unreachable as error:
            return str(error)
        found = wrong_answers(HealthAttempt(self._target.base_url + path, answer))
        return listed(found or unhealthy_fields(answer, self._target.health))
