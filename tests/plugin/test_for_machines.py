"""What machines read: every form is what the run record says, checked by the parser that reads it elsewhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

from ops_tests.records.run_schema import PUBLISHED, schema_text
from tests.plugin.conftest import Project

MIXED = """
@pytest.mark.smoke
def test_lit(target, measured):
    assert measured(2, target.limits.health_seconds) < 1, 'dark, "very"; expected light'

@pytest.mark.smoke
def test_open(target, note):
    note("half open | <b>ajar</b>")

@pytest.mark.smoke
def test_full(target):
    raise OSError("100% of\\nit")
"""


def metrics(text: str) -> dict[str, dict[str, float]]:
    """Value by check (or suite) and metric, read by Prometheus' own parser."""
    found: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(text):
        assert (family.type, bool(family.documentation)) == ("gauge", True)
        for sample in family.samples:
            key = sample.labels.get("check", sample.labels["suite"])
            found.setdefault(sample.name.removeprefix("ops_tests_"), {})[key] = sample.value
    return found


def test_the_published_schema_is_that_of_the_record() -> None:
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), "python -m ops_tests schema > " + str(PUBLISHED)


def test_every_document_follows_the_published_schema(project: Project) -> None:
    project.checks(MIXED)
    project.run_on_shop("-m", "smoke")
    schema = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    documents = list(project.reports.glob("*.json"))
    assert len(documents) == 3
    for document in documents:
        told = json.loads(document.read_text(encoding="utf-8"))
        validator.validate(told)
        with pytest.raises(jsonschema.ValidationError):
            validator.validate(told | {"verdikt": ""})


def test_prometheus_reads_status_measurements_and_run_time(project: Project) -> None:
    project.checks(MIXED)
    project.run_on_shop("-m", "smoke")
    told = metrics((project.reports / "latest-smoke.prom").read_text(encoding="utf-8"))
    assert told["check_holds"] == {"shop/lit": 0, "shop/open": 1, "shop/full": 0}
    assert (told["check_level"]["shop/lit"], told["check_level"]["shop/full"]) == (1, 0)
    assert (told["check_measurement"], told["check_limit"]) == ({"shop/lit": 2}, {"shop/lit": 1})
    assert (told["run_exit_status"], told["run_level"]) == ({"smoke": 1}, {"smoke": 1})
    finished = datetime.fromtimestamp(told["run_finished_timestamp_seconds"]["smoke"], UTC)
    assert abs(finished - project.record().finished_at) < timedelta(milliseconds=1)
    assert told["run_duration_seconds"]["smoke"] > 0


def test_a_target_name_cannot_break_a_label(project: Project) -> None:
    project.checks('@pytest.mark.parametrize("way", [\'a"b\\\\c\'])\ndef test_lit(target, way):\n    pass\n')
    project.run_on_shop()
    assert list(metrics((project.reports / "latest.prom").read_text(encoding="utf-8"))["check_holds"].values()) == [1]


def test_a_job_of_github_gets_a_summary_and_annotations(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    project.checks(MIXED)
    result = project.run_on_shop("-m", "smoke")
    commands = [line for line in result.outlines if line.startswith("::")]
    assert commands == [
        '::error title=L1 shop%3A shop/lit::dark, "very"; expected light',
        "::warning title=blind shop%3A shop/full::OSError: 100%25 of%0Ait",
    ]
    told = summary.read_text(encoding="utf-8").splitlines()
    assert told[:2] == ["before", '### FINDING L1 on shop: 1 of 3 checks: shop/lit (dark, "very"); 1 blind']
    found = "| note | shop | shop/open | half open \\| &lt;b>ajar&lt;/b> | "
    (note,) = [line for line in told if line.startswith(found)]
    assert note.endswith("/runbook/shop.md#open |")


def test_a_summary_that_cannot_be_written_changes_no_status(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "/proc/nowhere")
    project.checks("def test_open(target):\n    pass\n")
    result = project.run_on_shop()
    assert result.ret == 0
    result.stdout.fnmatch_lines(["the job's summary could not be written: *"])


def test_elsewhere_nothing_of_github_is_printed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    project.checks(MIXED)
    assert not [line for line in project.run_on_shop().outlines if line.startswith("::")]
