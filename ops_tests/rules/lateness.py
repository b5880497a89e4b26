"""Whether the schedule itself is late: what the history says of the run before this one."""

from __future__ import annotations

from datetime import datetime, timedelta

from ops_tests.rules.wording import duration

EVERY = {
    "smoke": (timedelta(minutes=5), timedelta(minutes=8)),
    "daily": (timedelta(days=1), timedelta(hours=3)),
    "weekly": (timedelta(days=7), timedelta(hours=12)),
    "monthly": (timedelta(days=31), timedelta(days=1)),
}
"""How often a scheduled suite runs, and how much later than that is late: for smoke the second run in a row."""
CLOCKS_AGREE = timedelta(minutes=2)


def lateness(suite: str, before: datetime | None, now: datetime) -> str:
    """What to say of the time between a suite's run before this one and now, or "".

    Args:
        suite: The suite; one that nobody schedules is never late.
        before: When the newest run of it began, as the history says; None where it knows of none.
        now: When this run began.
    """
    if before is None:
        return ""
    if before > now + CLOCKS_AGREE:
        return (
            f"the history knows a run of {suite} at {before:%Y-%m-%d %H:%M}Z, ahead of this clock ({now:%H:%M}Z): "
            "one of the two clocks is wrong, and what depends on earlier runs with it. Next: timedatectl"
        )
    if suite not in EVERY or now - before <= sum(EVERY[suite], timedelta()):
        return ""
    every, _ = EVERY[suite]
    gone = duration((now - before).total_seconds())
    return (
        f"the {suite} run before this one began {gone} ago; expected one every {duration(every.total_seconds())}. "
        "Next: look whether the schedule runs"
    )
