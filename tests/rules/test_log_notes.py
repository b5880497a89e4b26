"""Notes and evidence about a look into the log."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.rules.log_entries import entries
from ops_tests.rules.log_notes import extent, rejections

NOON = datetime(2026, 8, 20, 12, tzinfo=UTC)
LINES = (LogLine(NOON, "GET /health 200"), LogLine(NOON + timedelta(seconds=4), "POST /webhooks/shop/redact 401"))


def test_rejected_deliveries_are_a_note_with_their_number_and_time() -> None:
    assert rejections(entries(LINES)) == ["1 rejected deliveries in the log, the newest 12:00:04Z"]


def test_without_rejected_deliveries_there_is_no_note() -> None:
    assert rejections(entries(LINES[:1])) == []


def test_the_evidence_names_source_number_and_times() -> None:
    window = LogWindow(NOON - timedelta(minutes=5), NOON, LINES, complete=True, source="logs API")
    assert extent(window) == "logs API: 2 lines, 12:00:00Z to 12:00:04Z"


def test_the_evidence_of_silence_names_the_time_asked_for() -> None:
    window = LogWindow(NOON - timedelta(minutes=5), NOON, (), complete=True, source="logs API")
    assert extent(window) == "logs API: no lines since 11:55:00Z"
