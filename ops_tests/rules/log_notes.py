"""What is worth a line about a look into the log, beside its errors."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from ops_tests.rules.log_errors import rejected_deliveries

if TYPE_CHECKING:
    from ops_tests.records.logs import LogWindow
    from ops_tests.rules.log_entries import Entry


def rejections(entries: Iterable[Entry]) -> list[str]:
    """How many deliveries were turned away as documented; our own probes cause such lines too."""
    rejected = rejected_deliveries(entries)
    return (
        [f"{len(rejected)} rejected deliveries in the log, the newest {rejected[-1].timestamp:%H:%M:%S}Z"]
        if rejected
        else []
    )


def extent(window: LogWindow) -> str:
    """How much was read, from when to when, and from which source."""
    if window.oldest is None or window.newest is None:
        return f"{window.source}: no lines since {window.since:%H:%M:%S}Z"
    day = "%Y-%m-%d " if window.newest - window.oldest > timedelta(days=1) else ""
    first, last = (f"{moment:{day}%H:%M:%S}Z" for moment in (window.oldest, window.newest))
    return f"{window.source}: {len(window.lines)} lines, {first} to {last}"
