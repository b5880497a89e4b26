"""A shop with a past: checks like the packaged ones whose outcome a file decides, and thirty earlier runs."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

from ops_tests.plugin.history import writing
from ops_tests.records.run import CheckRecord, Level, Measurement, Outcome, RunRecord, TargetRecord
from tests.plugin.conftest import INI
from tests.running import environment

HEAD = """
from pathlib import Path
import pytest
from ops_tests.limits import Limit

STATE = Path("state").read_text()

def see(sentence):
    assert STATE != "red", sentence
    if STATE == "blind":
        raise OSError("fly is not on PATH; expected the program of that name. Next: install flyctl")
"""
CHECKS = {
    "availability": '''
        @pytest.mark.runbook("availability.md#health-answers-200")
        def test_health_answers_200(target):
            """The health path answers 200."""
            see("/health answered 503; expected 200")

        @pytest.mark.runbook("availability.md#health-answers-in-time")
        def test_health_answers_in_time(target, measured, note):
            """Health answers within a second."""
            measured(0.084, Limit(value=1, unit="s", key="limits.health_seconds", l2_from=3))
            note("the first request woke a machine, so the second one counts")
            see("health answered in 1.4 s; expected within 1 s (limits.health_seconds)")
        ''',
    "webhooks": '''
        @pytest.mark.parametrize("topic", ["app/uninstalled", "app/scopes_update", "customers/redact"])
        @pytest.mark.runbook("webhooks.md#webhook-accepts-a-signed-delivery")
        def test_webhook_accepts_a_signed_delivery(target, topic, measured):
            """A delivery signed as Shopify signs it is answered 200 within five seconds."""
            measured(0.12, Limit(value=5, unit="s", key="limits.webhook_seconds"))
            see(f"/webhooks/{topic} answered 503; expected 200")
        ''',
    "dead_letters": '''
        @pytest.mark.runbook("dead_letters.md#no-unprocessed-dead-letters")
        def test_no_unprocessed_dead_letters(target, measured):
            """No dead letter waits to be processed."""
            letters = Limit(value=0, unit="dead letters", key="limits.dead_letters", l2_from=11)
            measured(12 if STATE == "red" else 0, letters)
            see("12 unprocessed: 12 x APP_UNINSTALLED; the oldest is 2 h old; expected at most 0 dead letters")
        ''',
    "logs": '''
        @pytest.mark.runbook("logs.md#recent-logs-show-no-errors")
        def test_recent_logs_show_no_errors(target, evidence):
            """The recent log shows no error."""
            evidence("184 lines from 09:55:00Z to 10:00:00Z, complete, of the logs API")
            shapes = ["3 x prisma error: Invalid `prisma.session.findMany()` invocation, newest 09:59:12Z"]
            evidence(*shapes * (STATE == "red"))
            see("3 errors of 1 shape in the log: 3 x prisma error: Invalid `prisma.session.findMany()`; expected none")

        @pytest.mark.runbook("logs.md#recent-logs-show-no-errors")
        def test_database_client_shows_no_query_errors(target, dead_letters):
            """The log tells of no failed query."""
        ''',
}
ACCEPTS = [f"webhooks/webhook_accepts_a_signed_delivery[{one}]" for one in ("app/uninstalled", "app/scopes_update")]
LETTERS, HEALTH = "dead_letters/no_unprocessed_dead_letters", "availability/health_answers_200"
NOW = datetime.now(UTC)


def run(folder: Path, state: str, *, past: bool) -> str:
    """Run the shop's daily checks once, after thirty earlier runs or as the very first, and return the HTML report."""
    folder.mkdir()
    (folder / "reports").mkdir()
    (folder / "pytest.ini").write_text(INI, encoding="utf-8")
    (folder / "state").write_text(state, encoding="utf-8")
    (folder / "shop.toml").write_text('name = "shop"\nbase_url = "http://127.0.0.1:9"\n', encoding="utf-8")
    for subject, source in CHECKS.items():
        (folder / f"test_{subject}.py").write_text(HEAD + dedent(source), encoding="utf-8")
    if past:
        plant(folder)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--target", "shop.toml"]
    ended = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    assert (folder / "reports" / "latest.html").is_file(), ended.stdout
    return (folder / "reports" / "latest.html").read_text(encoding="utf-8")


def plant(folder: Path) -> None:
    """Thirty daily runs: all green but three of each kind of trouble, then red for two days, since release v42."""
    complaints: list[str] = []
    for days in range(30, 0, -1):
        writing.store(folder, _earlier(days), complaints.append)
    assert complaints == []


def _earlier(days: int) -> RunRecord:
    started_at = NOW - timedelta(days=days)
    red, dark = days in {1, 2, 12}, days in {20, 21}
    word: Outcome = "finding" if red else "blind" if dark else "ok"
    quick = 0.06 + 0.004 * (days % 5)
    checks = (
        _check(HEALTH, word, started_at),
        _check("availability/health_answers_in_time", "ok", started_at, 1.4 if red else quick, "s", 1),
        *(_check(name, word, started_at, None if dark else quick * 2, "s", 5) for name in ACCEPTS),
        _check(LETTERS, "finding" if days == 9 else "ok", started_at, float(4 * (days == 9)), "dead letters", 0),
        _check("logs/topics_show_no_failures", "finding" if days == 1 else "ok", started_at),
    )
    live = TargetRecord(
        name="shop", base_url="http://127.0.0.1:9", sandbox=False, release="v42" if days <= 2 else "v41",
        image="registry.example/shop:42" if days <= 2 else "registry.example/shop:41",
    )  # fmt: skip
    return RunRecord(
        run_id=f"day-{days}", suite="all", targets=(live,), faults=(), started_at=started_at,
        finished_at=started_at + timedelta(seconds=4), exit_status=1 if red else 10 if dark else 0,
        verdict="said then", level=Level.L2 if red else None, environment={}, checks=checks,
    )  # fmt: skip


def _check(
    name: str, outcome: Outcome, at: datetime, value: float | None = None, unit: str = "", limit: float = 0
) -> CheckRecord:
    taken = (Measurement(value=value, unit=unit, limit=limit, key="limits.x", level=None),) if value is not None else ()
    return CheckRecord(
        target="shop", check=name, subject=name.partition("/")[0], claim="", suites=("daily",), anchor="",
        outcome=outcome, level=Level.L1 if outcome == "finding" else None, measurements=taken,
        sentence="" if outcome == "ok" else "seen then", started_at=at, duration_seconds=0.2,
    )  # fmt: skip
