"""Judging whether the log shows the work of a delivery."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.logs import LogLine, LogWindow

LOOK_EVERY_SECONDS = 1.0
"""Pause between two reads of the same instrument: the platform's API allows one a second."""
LOOK_LONGER_SECONDS = 30.0
"""How long beyond the effect's time we wait for a later log line before we call ourselves blind."""
CLOCK_SLACK = timedelta(seconds=2)
"""How far the platform's clock may lag behind ours without hiding a line from the second look."""


def line_with(window: LogWindow, wanted: str, but: Collection[LogLine] = ()) -> LogLine | None:
    """The first line that holds a text, but for those that already prove something else; None without one."""
    return next((line for line in window.lines if wanted in line.message and line not in but), None)


def absence_is_certain(window: LogWindow, sent_at: datetime, within_seconds: float) -> bool:
    """Whether a line that is not there never came: all was delivered, and there is a line later than its time."""
    due = sent_at + timedelta(seconds=within_seconds)
    return window.complete and window.newest is not None and window.newest > due
