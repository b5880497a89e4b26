"""The permission that acting needs. Whatever acts demands it, so that a check that forgot to ask cannot."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Permit:
    """The word that this run may act on one target; only the fixture ``permit`` mints it.

    Attributes:
        target: The one target that may be acted on, by name.
        run_id: The run it was given to.
    """

    target: str
    run_id: str
