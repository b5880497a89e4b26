"""Does the log say that something went wrong?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import fixed
from ops_tests.rules import log_coverage, log_errors, log_notes, log_queries, log_shapes, log_topics, log_weeks
from ops_tests.rules.wording import listed, quantity

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, LogLooked, Measured, Note
    from ops_tests.records.logs import LogWindow
    from ops_tests.records.run import LogLook
    from ops_tests.rules.log_entries import Entry
    from ops_tests.target_parts import LogsPart


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.post_deploy
@pytest.mark.runbook("logs.md#recent-logs-show-no-errors")
def test_recent_logs_show_no_errors(
    recent_logs: LogWindow,
    recent_entries: list[Entry],
    logs_part: LogsPart,
    previous_look: datetime | None,
    log_look: LogLooked,
    measured: Measured,
    note: Note,
    evidence: Evidence,
) -> None:
    """The recent log shows no error, and the look really covers the time it claims to."""
    errors = log_look(recent_logs, log_shapes.shapes(log_errors.errors(recent_entries)))
    evidence(log_notes.extent(recent_logs), *log_shapes.evidence(errors))
    note(*log_notes.rejections(recent_entries))
    measured(sum(shape.count for shape in errors), fixed(0, "errors"))
    assert not errors, f"{log_shapes.described(errors)}; expected none"
    note(*log_coverage.require_cover(recent_logs, logs_part.expects_lines, previous_look))


@pytest.mark.daily
@pytest.mark.runbook("logs.md#webhook-topics-show-no-failures")
def test_webhook_topics_show_no_failures(
    activity_log: LogWindow,
    activity_entries: list[Entry],
    documented_statuses: frozenset[int],
    logs_part: LogsPart,
    measured: Measured,
    evidence: Evidence,
) -> None:
    """No line about a webhook topic tells of a failure or of a status that nobody documented."""
    evidence(log_notes.extent(activity_log), log_topics.counts(activity_entries))
    failing = log_topics.failures(activity_entries, documented_statuses)
    measured(len(failing), fixed(0, "failing topics"))
    assert not failing, (
        f"{listed(failing)}; expected none but the documented {listed(map(str, sorted(documented_statuses)))}"
    )
    log_coverage.require_current(activity_log, logs_part.window_minutes, logs_part.expects_lines)


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("logs.md#database-client-shows-no-query-errors")
def test_database_client_shows_no_query_errors(
    activity_log: LogWindow,
    activity_entries: list[Entry],
    logs_part: LogsPart,
    measured: Measured,
    evidence: Evidence,
) -> None:
    """The application's database client reported no error."""
    evidence(log_notes.extent(activity_log))
    wrong = log_queries.query_errors(activity_entries)
    measured(len(wrong), fixed(0, "kinds of query errors"))
    assert not wrong, f"Prisma reported {listed(wrong)}; expected no error but P2002 on webhook_events"
    log_coverage.require_current(activity_log, logs_part.window_minutes, logs_part.expects_lines)


@pytest.mark.daily
@pytest.mark.runbook("logs.md#webhook-activity-is-seen")
def test_webhook_activity_is_seen(
    activity_log: LogWindow,
    activity_entries: list[Entry],
    synthetic_prefix: str,
    logs_part: LogsPart,
    measured: Measured,
    note: Note,
    evidence: Evidence,
) -> None:
    """The log of the last ten minutes was read for real webhook activity, of which none is worth a line only."""
    active = log_topics.activity(activity_entries, synthetic_prefix)
    evidence(log_notes.extent(activity_log), log_topics.counts(active))
    unread = measured(log_topics.unread_minutes(activity_log, active, logs_part), fixed(0, "unread minutes"))
    note(*log_topics.quiet(activity_log, active))
    assert not unread, (
        f"{quantity(unread, 'min')} of the log were not read and the rest shows no topic; expected all read"
    )


@pytest.mark.weekly
@pytest.mark.runbook("logs.md#error-shapes-of-the-week-are-told")
def test_error_shapes_of_the_week_are_told(
    past_log: LogWindow,
    earlier_looks: list[LogLook],
    logs_part: LogsPart,
    log_look: LogLooked,
    measured: Measured,
    note: Note,
    evidence: Evidence,
) -> None:
    """Enough of this week's log was looked at to tell which error shapes the week before did not have."""
    log_look(*log_weeks.of_this_week(past_log))
    found = log_weeks.weeks(past_log, earlier_looks, logs_part.expects_lines)
    evidence(log_notes.extent(past_log), *log_weeks.extent(found))
    note(*log_weeks.notes(found))
    unseen = measured(found.unseen_days, fixed(log_weeks.UNSEEN_DAYS, "d of the week unseen"))
    assert unseen <= log_weeks.UNSEEN_DAYS, (
        f"{unseen:.1f} d of the week unseen; expected at most {log_weeks.UNSEEN_DAYS:g}"
    )
