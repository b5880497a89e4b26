"""Judging whether the log shows the work of a delivery."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from ops_tests.records.logs import LogLine, LogWindow


def line_with(window: LogWindow, wanted: str, but: Collection[LogLine] = ()) -> LogLine | None:
    """The first line that holds a text, but for those that already prove something else; None without one."""
    return next((line for line in window.lines if wanted in line.message and line not in but), None)


def absence_is_certain(window: LogWindow, sent_at: datetime, within_seconds: float) -> bool:
    """Whether a line that is not there never came: all was delivered, and there is a line later than its time."""
    due = sent_at + timedelta(seconds=within_seconds)
    return window.complete and window.newest is not None and window.newest > due
