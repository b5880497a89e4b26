"""Whether a look into the log reached as far as the claim: no error seen in 40 s is not "no error in 5 minutes"."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.records.logs import LogWindow

FRESH = timedelta(minutes=1)
"""The platform's health check writes a line every few seconds: a newest line older than this is not "until now"."""


def gap(window: LogWindow, expects_lines: bool) -> str:
    """Say what the window lacks of the stretch that was asked for.

    Args:
        window: What was read.
        expects_lines: Whether a healthy application always has written something in that time.

    Returns:
        One clause without a full stop, or "" when the stretch is covered.
    """
    if window.complete and (window.lines or not expects_lines):
        return ""
    asked = duration((window.until - window.since).total_seconds())
    if window.oldest is None or window.newest is None:
        return (f"{window.source} shows no line at all between {_clock(window.since)} and {_clock(window.until)} "
                f"({asked})")  # fmt: skip
    seen = duration((window.newest - window.oldest).total_seconds())
    return (f"{window.source} delivered only {seen} of {asked} ({_clock(window.oldest)} to {_clock(window.newest)}, "
            f"asked from {_clock(window.since)} to {_clock(window.until)})")  # fmt: skip


def require_cover(window: LogWindow, expects_lines: bool, previous_look: datetime | None) -> list[str]:
    """Refuse to call a window free of errors that was not wholly seen.

    Args:
        window: What was read.
        expects_lines: Whether a healthy application always has written something in that time.
        previous_look: When the log was last read, UTC; what lies before was judged then. None demands the whole window.

    Returns:
        Notes: none for a covered window, one for a window that reaches back to the previous look only.

    Raises:
        NotCovered: The window is not covered; the message says by how much and what to do.
    """
    lacking = gap(window, expects_lines)
    if not lacking:
        return []
    if previous_look is not None and _reaches_back_to(previous_look, window):
        return [f"{lacking}; that reaches back to the previous look at {_clock(previous_look)}"]
    raise NotCovered(f"{lacking}; {_remedy(window)}")


def require_current(window: LogWindow, minutes: float, expects_lines: bool) -> None:
    """Refuse to call a longer window seen when its last minutes are empty: the log may be late.

    Args:
        window: What was read.
        minutes: In so many minutes a healthy application always writes something.
        expects_lines: Whether that is so.

    Raises:
        NotCovered: The window is not covered, or its end is not.
    """
    latest = window.narrowed(window.until - timedelta(minutes=minutes)) if window.complete else window
    require_cover(latest, expects_lines, None)


def _reaches_back_to(previous_look: datetime, window: LogWindow) -> bool:
    if window.oldest is None or window.newest is None:
        return False
    return window.oldest <= previous_look and window.until - window.newest <= FRESH


def _remedy(window: LogWindow) -> str:
    if not window.lines:
        return ("expected at least one: is it running, and is it the right app? Type `fly status --app APP`; for an "
                "application that may be silent set logs.expects_lines = false")  # fmt: skip
    return ("expected all of it: set the variable that platform.token_env names, so that the logs API is read, which "
            "pages (`fly logs` hands out 100 lines at most), or make logs.window_minutes smaller")  # fmt: skip


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%SZ}"
