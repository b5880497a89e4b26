"""A day of real traffic, from the metrics of whichever platform serves it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ops_tests.clients import cloudflare_analytics, metrics, prometheus
from ops_tests.clients.remarks import Remark, unheard

if TYPE_CHECKING:
    from ops_tests.records.metrics import Invocations, Traffic
    from ops_tests.target import Target


def worst_seconds() -> float:
    """The longest a look takes."""
    return max(prometheus.worst_seconds(), cloudflare_analytics.worst_seconds())


class Source(Protocol):
    """What every platform's metrics can be asked; each answers with a record or raises ``Blind``."""

    def traffic(self) -> Traffic | Invocations:
        """The last 24 hours."""

    def close(self) -> None:
        """Close the connections."""


def connect(target: Target, remark: Remark = unheard) -> Source:
    """The metrics of a target; nothing is asked yet.

    Raises:
        NotAuthorised: Nobody set the token's variable.
        NotFound: The target has no metrics.
    """
    return cloudflare_analytics.connect(target, remark) if target.cloudflare else metrics.connect(target, remark)
