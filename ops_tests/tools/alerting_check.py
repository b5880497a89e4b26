"""``alerting-check``: is the application well and its log free of errors, in the statuses that the runbook gave it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import UsageProblem
from ops_tests.plugin.in_process import run_quietly
from ops_tests.rules.glance import row
from ops_tests.rules.verdict import worst_first
from ops_tests.tools.named_target import named_target

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord

HOLDS, HEALTH_FAILED, ERRORS_IN_LOG, NOT_SEEN = 0, 1, 2, 3
HEALTH = ("availability/health_answers_200", "availability/health_body_says_healthy")
LOG = ("logs/recent_logs_show_no_errors",)
MARKS = "smoke and daily"
"""What the checks have in common; as no suite is called so, the run counts for none."""
PATIENCE_SECONDS = 60.0
"""Longer than a look into the log takes, and far less than the five minutes until the next."""


def look(name: str | None, folder: Path) -> tuple[int, list[str]]:
    """Run the checks quietly: the exit status, and a line for each of the two.

    Raises:
        UsageProblem: None is named, the target has no log to look into, or the run could not begin.
    """
    target = named_target(name, folder)
    if target.fly is None or target.logs is None:
        missing = "[platform] of kind fly" if target.fly is None else "[logs]"
        raise UsageProblem(
            f"{target.file} has no {missing}, so nothing here tells of errors in the log; type "
            f"pytest -m smoke --target {name or target.name}"
        )
    names = " or ".join(f"test_{check.partition('/')[2]}" for check in (*HEALTH, *LOG))
    named = [f"--target={name}"] if name else []
    ended = run_quietly(MARKS, "-k", names, *named, patience_seconds=PATIENCE_SECONDS)
    checks = ended.record.checks if ended.record else ()
    health, log = (_of(checks, ids) for ids in (HEALTH, LOG))
    return status(health, log), [_line("health", health), _line("log", log)]


def status(health: Sequence[CheckRecord], log: Sequence[CheckRecord]) -> int:
    """What is certainly wrong comes before what could not be seen, health before the log; waived is not wrong."""
    for looked_at, failed in ((health, HEALTH_FAILED), (log, ERRORS_IN_LOG)):
        if any(check.outcome == "finding" for check in looked_at):
            return failed
    seen = all(looked_at and all(check.outcome != "blind" for check in looked_at) for looked_at in (health, log))
    return HOLDS if seen else NOT_SEEN


def _of(checks: Sequence[CheckRecord], ids: Sequence[str]) -> list[CheckRecord]:
    return worst_first(check for check in checks if check.check in ids and check.outcome != "not applicable")


def _line(label: str, checks: Sequence[CheckRecord]) -> str:
    if not checks:
        return f"{label}: not seen: the run ended before anybody looked"
    worst = checks[0]
    word = {"finding": f"failed {worst.level}", "blind": "not seen"}.get(worst.outcome, worst.outcome)
    return f"{label}: {word}: {worst.sentence or row(label, worst).said}"
