"""What the history says of the schedule: a run that comes late, or a clock that went back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.history import reading
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import visit
from ops_tests.plugin.state import Run
from ops_tests.rules.lateness import lateness
from ops_tests.target import Target

_EVER = datetime.max.replace(tzinfo=UTC)


def remarks(folder: Path, run: Run) -> tuple[str, ...]:
    """One sentence for each live target whose suite is late or whose history lies ahead."""
    live = [target for target in run.targets.values() if not target.sandbox]
    said = (lateness(run.settings.suite, _newest(folder, run, target), run.started_at) for target in live)
    return tuple(f"{target.name}: {sentence}" for target, sentence in zip(live, said, strict=True) if sentence)


def _newest(folder: Path, run: Run, target: Target) -> datetime | None:
    try:
        past = visit(
            place_of(folder), lambda history: reading.runs(history, target.name, run.settings.suite, _EVER, at_most=2)
        )
    except (HistoryUnavailable, OSError):
        return None  # told when this run is written
    earlier = [one.started_at for one in past if one.run_id != run.run_id]
    return earlier[0] if earlier else None
