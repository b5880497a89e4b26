"""A deploy under way is said by the run, and holds its alerts."""

from __future__ import annotations

from pathlib import Path

from tests.running import run_suite


def test_a_run_during_a_deploy_says_so_in_its_verdict(tmp_path: Path) -> None:
    ended = run_suite(tmp_path, "-k", "latest_release", "--target", "sandbox", "--fault", "release-running")
    assert ended.status == 1
    assert ended.record is not None
    assert ended.record.verdict.endswith("; deploying v43, running for 3 min: alerts are held")
    assert f"{ended.record.verdict} -> " in ended.lines[-1]
