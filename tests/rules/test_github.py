"""What GitHub Actions shows: one row and one annotation for each cause."""

from __future__ import annotations

from datetime import UTC, datetime

from ops_tests.records.run import CheckRecord, Level, Outcome, RunRecord
from ops_tests.rules.github import summary, workflow_commands

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEAD = "database/database_answers"


def check(name: str, outcome: Outcome, sentence: str, *notes: str) -> CheckRecord:
    return CheckRecord(
        target="shop", check=name, subject=name.partition("/")[0], claim="", suites=(), anchor="database.md#answers",
        outcome=outcome, level=Level.L3 if outcome == "finding" else None, sentence=sentence, notes=notes,
    )  # fmt: skip


BLIND = [check(f"database/rows[{number}]", "blind", "cannot be read") for number in range(18)]
RECORD = RunRecord(
    run_id="run", suite="daily", targets=(), faults=(), started_at=NOON, finished_at=NOON, exit_status=1,
    verdict="FINDING L3 on shop", level=Level.L3, environment={},
    checks=(*BLIND, check(DEAD, "finding", "no connection"), check("logs/quiet", "note", "", "one line")),
)  # fmt: skip


def test_what_may_follow_from_a_cause_is_counted_in_its_row() -> None:
    _, _, _, _, *rows = summary(RECORD).splitlines()
    section = "ops\\_tests/runbook/database.md#answers"
    assert rows == [
        f"| L3 finding | shop | database/database\\_answers | no connection (18 more may follow from it) | {section} |",
        f"| note | shop | logs/quiet | one line | {section} |",
    ]


def test_row_and_annotation_say_the_same() -> None:
    (annotation,) = workflow_commands(RECORD)
    assert annotation.endswith("::no connection (18 more may follow from it)")
