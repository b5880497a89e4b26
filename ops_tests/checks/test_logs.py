"""Does the log say that something went wrong?"""

from __future__ import annotations

from datetime import datetime

import pytest

from ops_tests.limits import fixed
from ops_tests.plugin.recording import Evidence, Measured, Note
from ops_tests.records.logs import LogWindow
from ops_tests.rules import log_coverage, log_errors, log_notes, log_shapes
from ops_tests.rules.log_entries import Entry
from ops_tests.target import LogsPart


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.post_deploy
@pytest.mark.runbook("logs.md#recent-logs-show-no-errors")
def test_recent_logs_show_no_errors(
    recent_logs: LogWindow,
    recent_entries: list[Entry],
    logs_part: LogsPart,
    previous_look: datetime | None,
    measured: Measured,
    note: Note,
    evidence: Evidence,
) -> None:
    """The recent log shows no error, and the look really covers the time it claims to."""
    errors = log_shapes.shapes(log_errors.errors(recent_entries))
    evidence(log_notes.extent(recent_logs), *log_shapes.evidence(errors))
    note(*log_notes.rejections(recent_entries))
    measured(sum(shape.count for shape in errors), fixed(0, "errors"))
    assert not errors, f"{log_shapes.described(errors)}; expected none"
    note(*log_coverage.require_cover(recent_logs, logs_part.expects_lines, previous_look))
