"""Taking away old reports, so that nobody needs a cron job for it; the newest of each suite and the history stay."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

KEPT_DAYS = 30
KEPT_RUNS = 200
"""So many runs stay whatever their age: a suite that runs once a month keeps its reports too."""
BATCH = 1000
"""Files a run takes away at most: what the end of a run takes stays bounded, also after years without a sweep."""
_STAMPED = re.compile(r"(\d{8}T\d{6})\d*Z-[a-z0-9_-]+\.\w+")


def outdated(names: Iterable[str], now: datetime) -> list[str]:
    """The names of report files that are older than 30 days and not among the newest 200 runs, oldest first.

    Args:
        names: File names; what does not begin with a run's time stamp is never named.
        now: UTC.
    """
    stamps = {name: match[1] for name in names if (match := _STAMPED.fullmatch(name))}
    runs = sorted({name.partition(".")[0] for name in stamps}, reverse=True)
    kept = set(runs[:KEPT_RUNS])
    oldest = (now.astimezone(UTC) - timedelta(days=KEPT_DAYS)).strftime("%Y%m%dT%H%M%S")
    return sorted(name for name, stamp in stamps.items() if stamp < oldest and name.partition(".")[0] not in kept)


def sweep(folder: Path) -> None:
    """Delete the outdated files of a reports folder, the oldest first, at most a batch.

    Raises:
        OSError: One of them cannot be deleted.
    """
    for name in outdated((path.name for path in folder.iterdir()), datetime.now(UTC))[:BATCH]:
        (folder / name).unlink(missing_ok=True)  # another run may have been quicker
