"""What a drill must leave as it found it, looked at afresh."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ops_tests.clients.fly_platform import connect
from ops_tests.clients.remarks import unheard
from ops_tests.clients.ways import database_of
from ops_tests.records.drill import SteadyState
from ops_tests.rules.releases import newest

if TYPE_CHECKING:
    from ops_tests.acts.journal import Journal
    from ops_tests.clients.fly_proxy import FlyProxy
    from ops_tests.target import Target


def steady_state(target: Target, journal: Journal, proxies: dict[str, FlyProxy]) -> SteadyState:
    """Look at the platform, the tables and the journal of a target.

    Args:
        target: The target; of a part it does not have nothing is looked at.
        journal: Its journal.
        proxies: As for ``ways.database_of``.

    Raises:
        Blind: One of them cannot be looked at.
    """
    seen = SteadyState(open_entries=tuple(str(one) for one in journal.open_entries().values()))
    if target.fly:
        platform = connect(target)
        machines, releases = platform.machines(), platform.releases()
        names = tuple(sorted(one.name for one in platform.secret_names()))
        seen = replace(seen, machines=machines, newest=newest(releases) if releases else None, secrets=names)
    if target.database:
        database = database_of(target, proxies, unheard)
        letters = tuple(one.id for one in database.waiting_letters())
        sessions = database.sessions_with_prefix(target.webhooks.synthetic_prefix) if target.webhooks else 0
        seen = replace(seen, letters=letters, sessions=sessions)
    return seen
