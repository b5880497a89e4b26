"""What the platform's metrics service tells: a day of real traffic, and how busy the machines were in it."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from ops_tests.plugin.gather import observation

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.metrics import Invocations, Load, Traffic


@observation("metrics", "platform")
def traffic(look: Look) -> Traffic | Invocations:
    """The HTTP responses of the last 24 hours, or a Worker's invocations."""
    from ops_tests.clients.traffic import connect

    with closing(connect(look.target, look.remarks.append)) as metrics:
        return metrics.traffic()


@observation("metrics", "platform.app")
def machine_load(look: Look) -> Load:
    """CPU and memory of every machine in the last 24 hours."""
    from ops_tests.clients.metrics import connect

    with closing(connect(look.target, look.remarks.append)) as metrics:
        return metrics.load()
