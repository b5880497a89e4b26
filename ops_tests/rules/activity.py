"""Judging what goes on in the database server: connections, idle transactions, waits for locks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotAuthorised
from ops_tests.rules.wording import duration, listed

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.database import Activity, LockWait


def connections_percent(activity: Activity) -> float:
    """Connections in percent of those that clients without special rights may have.

    The server keeps some of ``max_connections`` for administrators: the application is turned away before all are used.
    """
    return 100 * activity.connections / activity.usable


def idle_too_long(activity: Activity, limit: Limit) -> list[str]:
    """Transactions that are idle for longer than the limit, in minutes.

    Raises:
        NotAuthorised: None was seen, and our role cannot see the state of every connection.
    """
    found = [one for one in activity.idle if one.seconds > limit.value * 60]
    if not found and activity.hidden:
        raise NotAuthorised(
            f"{activity.hidden} of {activity.connections} connections hide their state from our role; expected to see "
            f'all. Next, as a role that may grant it: GRANT pg_monitor TO "{activity.role}"'
        )
    return [f"process {one.pid} ({one.application or 'nameless'}) for {duration(one.seconds)}" for one in found]


def longest_idle_minutes(activity: Activity) -> float:
    """For how long the longest idle transaction has been so; 0 without any."""
    return max((one.seconds for one in activity.idle), default=0.0) / 60


def waiting_too_long(waits: Iterable[LockWait], limit: Limit) -> list[str]:
    """Those who wait for a lock for longer than the limit, in minutes."""
    return [_waiting(one) for one in waits if one.seconds > limit.value * 60]


def longest_wait_minutes(waits: Sequence[LockWait]) -> float:
    """For how long the longest wait has lasted; 0 without any."""
    return max((one.seconds for one in waits), default=0.0) / 60


def _waiting(wait: LockWait) -> str:
    behind = f" behind {listed(map(str, wait.blockers), at_most=5)}" if wait.blockers else ""
    who = f"process {wait.pid} ({wait.application or 'nameless'})"
    return f"{who} waits {duration(wait.seconds)} for {wait.mode} on {wait.wanted}{behind}"
