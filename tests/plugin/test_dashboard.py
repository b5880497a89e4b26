"""The dashboard: a smoke run now, and the newest look at what smoke leaves out."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.plugin.conftest import Project
from tests.running import environment

HEALTH = """
@pytest.mark.smoke
def test_health_answers_200(target):
    \"\"\"The health path answers 200.\"\"\"
"""
SECRETS = """
@pytest.mark.daily
def test_secrets_are_the_documented_ones(target):
    assert False, "KEY is missing; expected it"
"""


def dashboard(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ops_tests", "dashboard", *arguments]
    return subprocess.run(
        command, cwd=project.folder, env=environment(), capture_output=True, text=True, check=False, timeout=60
    )


def test_the_dashboard_looks_now_and_remembers_what_smoke_does_not_look_at(project: Project) -> None:
    project.checks(HEALTH, "availability")
    project.checks(SECRETS, "platform")
    shop = project.target()
    project.run_here("-m", "daily", "--target", shop)
    told = dashboard(project, "--target", shop)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [
        "shop: http://127.0.0.1:9",
        "status: -: nobody has looked yet; the daily round does",
        "health: ok: The health path answers 200.",
        "response time: -: nobody has looked yet; the daily round does",
        "secrets: finding L1: KEY is missing",
        "errors: -: nobody has looked yet; the daily round does",
        "dead letters: -: nobody has looked yet; the daily round does",
        "activity: -: nobody has looked yet; the daily round does",
        "rating: FINDING L1: secrets",
        "OK on shop: 1 check holds",
    ]


def test_a_target_file_outside_the_project_is_looked_at_too(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project.checks(HEALTH, "availability")
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "shop.toml"
    elsewhere.write_text('name = "shop"\nbase_url = "http://127.0.0.1:9"\n', encoding="utf-8")
    told = dashboard(project, "--target", str(elsewhere))
    assert (told.returncode, told.stdout.splitlines()[-1:]) == (0, ["OK on shop: 1 check holds"])


def test_a_target_nobody_knows_is_a_usage_error_in_words(project: Project) -> None:
    told = dashboard(project, "--target", "nobody")
    assert told.returncode == 4
    assert "nobody" in told.stderr
    assert "Traceback" not in told.stderr
