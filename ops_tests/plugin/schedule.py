"""What the history says of the schedule: a run that comes late, or a clock that went back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history import reading
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import Store, visit
from ops_tests.rules.lateness import lateness

if TYPE_CHECKING:
    from ops_tests.plugin.state import Run
    from ops_tests.target import Target

_EVER = datetime.max.replace(tzinfo=UTC)


def remarks(folder: Path, run: Run) -> tuple[str, ...]:
    """One sentence for each live target whose suite is late or whose history lies ahead."""
    live = [target for target in run.targets.values() if not target.sandbox]
    if not live:
        return ()
    try:
        newest = visit(place_of(folder), lambda history: [_newest(history, run, target) for target in live])
    except (HistoryUnavailable, OSError):
        return ()  # told when this run is written
    said = (lateness(run.settings.suite, moment, run.started_at) for moment in newest)
    return tuple(f"{target.name}: {sentence}" for target, sentence in zip(live, said, strict=True) if sentence)


def _newest(history: Store, run: Run, target: Target) -> datetime | None:
    past = reading.runs(history, target.name, run.settings.suite, _EVER, at_most=2)
    return next((one.started_at for one in past if one.run_id != run.run_id), None)
