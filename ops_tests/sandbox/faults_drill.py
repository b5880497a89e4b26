"""Faults that show only once somebody acts: what becomes of a restart and of a deployment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import BACK, NOTHING_LEFT, RECOVERS, REPLAYED, SURVIVE, WELL_AFTER
from ops_tests.sandbox.fault import Fault, blind, finding

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario


def _acting(habit: str) -> Callable[[Scenario], Scenario]:
    changed: dict[str, Any] = {"acting": habit}
    return lambda scenario: replace(scenario, platform=replace(scenario.platform, **changed))


FAULTS = (
    Fault("restart-unhealthy", "a machine that is restarted never passes its checks again",
          (*finding("L1", RECOVERS, WELL_AFTER), *blind(BACK, REPLAYED)), _acting("unhealthy")),
    Fault("restart-stays-down", "a machine that is restarted does not start again, until somebody starts it",
          (*finding("L1", RECOVERS), *blind(BACK, REPLAYED)), _acting("stays down")),
    Fault("restart-shrinks", "a machine that is restarted comes back with half its memory",
          finding("L2", NOTHING_LEFT), _acting("shrinks")),
    Fault("deployment-lies", "a deployment is called a success and changes no machine",
          (*finding("L2", BACK), *blind(REPLAYED)), _acting("lies")),
    Fault("acts-token-refused", "the token that acts may not act",
          blind(RECOVERS, SURVIVE, BACK, REPLAYED), _acting("refused")),
)  # fmt: skip
