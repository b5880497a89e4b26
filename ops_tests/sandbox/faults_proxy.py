"""Faults of the way to the database, where it is reached through ``fly proxy``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import CONNECTS, NEED_DATABASE
from ops_tests.sandbox.fault import Fault, blind, harmless

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario


def _database(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, database=replace(scenario.database, **changes))


FAULTS = (
    harmless("database-by-proxy", "the database is reached through fly proxy", _database(proxy="good")),
    Fault("proxy-refused", "fly proxy gets no tunnel",
          blind(CONNECTS, *NEED_DATABASE), _database(proxy="refused")),
    Fault("proxy-dies", "fly proxy ends with the first question",
          blind(CONNECTS, *NEED_DATABASE), _database(proxy="dies")),
    Fault("proxy-hangs", "fly proxy never opens its port",
          blind(CONNECTS, *NEED_DATABASE), _database(proxy="hangs")),
    Fault("proxy-silent", "fly proxy takes connections and carries nothing",
          blind(CONNECTS, *NEED_DATABASE), _database(proxy="silent")),
)  # fmt: skip
