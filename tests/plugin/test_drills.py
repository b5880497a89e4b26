"""Drills that a fixture made reach record, history, terminal, metrics and summary, from a worker as well."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ops_tests.plugin.prometheus_text import prometheus_text
from tests.history.conftest import NOON
from tests.plugin.conftest import IN_BOTH_WAYS, Project
from tests.report.drill import full, run
from tests.running import environment

DRILL = """
from datetime import datetime, timedelta, UTC
from pathlib import Path
from ops_tests.plugin.state import run_of
from ops_tests.records.run import Drill, Figure, Span

@pytest.fixture(scope="session")
def restarted(target, request):
    now = datetime.now(UTC)
    spans = (Span(lane="health", since=now, until=now + timedelta(seconds=3), state="bad", text="503"),)
    seconds = float(Path("seconds").read_text())
    figures = (Figure(name="recovery time", value=seconds, unit="s"), Figure(name="rows", value=12000, unit="rows"))
    drill = Drill(target=target.name, name="cold start", began_at=now, ended_at=now, spans=spans, figures=figures)
    run_of(request.config).drills.append(drill)

@pytest.mark.daily
def test_recovers(target, restarted):
    pass
"""


LINE = (
    r"drill cold start: recovery time 4\.2 s \(3\.9 s\), rows 12,000 rows \(12,000 rows\); in brackets \d{4}-\d\d-\d\d"
)


def make(project: Project, *seconds: float, workers: str = "0") -> pytest.RunResult:
    """Make the drill once for each of these recovery times; returns the last run."""
    project.checks(DRILL)
    for one in seconds:
        project.write("seconds", str(one))
        result = project.run_on_shop("-m", "daily", "-n", workers)
    return result


def listed(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ops_tests", "history", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


@IN_BOTH_WAYS
def test_a_drill_ends_in_a_line_beside_the_one_before(project: Project, workers: str) -> None:
    result = make(project, 3.9, 4.2, workers=workers)
    assert result.ret == 0
    (line,) = [line for line in result.outlines if line.startswith("drill ")]
    assert re.fullmatch(LINE, line)
    assert result.outlines.index(line) == len(result.outlines) - 2
    assert [one.name for one in project.record().drills] == ["cold start"]


def test_a_run_without_drills_prints_no_such_line(project: Project) -> None:
    project.checks("def test_open(target):\n    pass\n")
    assert not [line for line in project.run_on_shop().outlines if line.startswith("drill")]
    assert "ops_tests_drill" not in (project.reports / "latest.prom").read_text(encoding="utf-8")


def test_the_report_shows_its_figures_with_what_was_before_and_its_timeline(project: Project) -> None:
    make(project, 3.9, 4.2)
    told = (project.reports / "latest.html").read_text(encoding="utf-8")
    assert ("was 3.9 s on " in told, "<title>2 drills: 3.9 s to 4.2 s, the newest 4.2 s</title>" in told) == (
        True,
        True,
    )
    assert "<title>Timeline of cold start</title>" in told


def test_the_job_of_github_has_a_line_for_it(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    make(project, 4.2)
    told = (tmp_path / "summary.md").read_text(encoding="utf-8").splitlines()
    assert told[-2:] == ["", "- drill cold start: recovery time 4.2 s, rows 12,000 rows"]


def test_what_a_drill_measured_are_gauges(project: Project) -> None:
    make(project, 4.2)
    families = text_string_to_metric_families((project.reports / "latest.prom").read_text(encoding="utf-8"))
    told = [one for family in families if "drill" in family.name for one in family.samples]
    assert {one.name for one in told} == {"ops_tests_drill_figure", "ops_tests_drill_duration_seconds"}
    (recovery,) = [one for one in told if one.labels.get("figure") == "recovery time"]
    labels = {"suite": "daily", "target": "shop", "drill": "cold start", "figure": "recovery time", "unit": "s"}
    assert (recovery.labels, recovery.value) == (labels, 4.2)


def test_no_series_is_there_twice_when_a_drill_was_made_twice() -> None:
    text = prometheus_text(run(NOON, "now", (*full(NOON), *full(NOON))))
    series = [line.rpartition(" ")[0] for line in text.splitlines() if line.startswith("ops_tests_drill")]
    assert len(series) == len(set(series)) == 4 + 11


def test_drills_are_listed_a_figure_a_line(project: Project) -> None:
    make(project, 3.9, 4.2)
    header, *lines = listed(project.folder, "--drills").stdout.splitlines()
    assert header.split() == ["began", "target", "drill", "figure", "value"]
    assert [re.split("  +", line)[1:] for line in lines] == [
        ["shop", "cold start", "recovery time", "4.2 s"], ["shop", "cold start", "rows", "12,000 rows"],
        ["shop", "cold start", "recovery time", "3.9 s"], ["shop", "cold start", "rows", "12,000 rows"],
    ]  # fmt: skip
    newest = listed(project.folder, "--drills", "--target", "shop", "--last", "1", "--json").stdout.splitlines()
    assert [json.loads(one)["value"] for one in newest] == [4.2, 12_000]


def test_where_no_drill_is_kept_or_too_much_is_asked_a_sentence_says_so(project: Project) -> None:
    make(project, 4.2)
    assert listed(project.folder, "--drills", "--target", "shpo").stdout.startswith("no drill's figure of shpo is in ")
    assert listed(project.folder, "--drills", "--target", "shpo").stdout.rstrip().endswith("; did you mean shop?")
    both = listed(project.folder, "--drills", "--suite", "daily")
    assert (both.returncode, both.stderr.startswith("history: --drills lists figures")) == (4, True)
