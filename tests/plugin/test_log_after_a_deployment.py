"""The log after a deployment: out of the newest minutes where they reach back to it, else a reading of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

import ops_tests.plugin.observations_logs  # noqa: F401  # so that they are registered
from ops_tests.plugin.gather import OBSERVATIONS
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.records.platform import Image, Machine, Release

IMAGE = Image("registry.fly.io/demo", "now")


def window(since: datetime, *, complete: bool = True) -> LogWindow:
    now = datetime.now(UTC)
    lines = tuple(LogLine(now - timedelta(minutes=minutes), f"{minutes}", "ours") for minutes in (8, 4, 2))
    return LogWindow(since, now, tuple(line for line in lines if line.timestamp >= since), complete, "logs API")


def looked(minutes_ago: float, *, complete: bool = True) -> tuple[list[str], int]:
    """The messages seen of a release so old, and how many readings it took beside that of the newest minutes."""
    read: list[datetime] = []

    def logs(since: datetime) -> LogWindow:
        read.append(since)
        return window(since)

    now = datetime.now(UTC)
    release = Release(1, "complete", now - timedelta(minutes=minutes_ago), IMAGE)
    seen = {
        "releases": (release,),
        "machines": (Machine("ours", "started", image=IMAGE, region="fra"),),
        "newest_log": window(now - timedelta(minutes=5), complete=complete),
    }
    look: Any = SimpleNamespace(
        target=SimpleNamespace(name="shop", logs=SimpleNamespace(window_minutes=5)),
        run=SimpleNamespace(settings=SimpleNamespace(suite="post_deploy")),
        gatherer=SimpleNamespace(start=lambda *_: None, remarks=lambda *_: ["asked again"]),
        fly=SimpleNamespace(logs=logs),
        see=seen.__getitem__,
        remarks=[],
    )
    found = OBSERVATIONS["recent_logs"](look)
    assert look.remarks == ([] if read else ["asked again"])
    return [line.message for line in found.lines], len(read)


@pytest.mark.parametrize(
    ("minutes_ago", "complete", "messages", "readings"),
    [(3, True, ["2"], 0), (3, False, ["2"], 1), (10, True, ["8", "4", "2"], 1)],
)
def test_only_what_the_newest_minutes_do_not_reach_is_read_again(
    minutes_ago: float, complete: bool, messages: list[str], readings: int
) -> None:
    assert looked(minutes_ago, complete=complete) == (messages, readings)
