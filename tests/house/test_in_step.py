"""Checks and runbook, marks and pytest.ini, limits and their units say the same."""

from __future__ import annotations

import configparser

import pytest

from ops_tests.limits import Limit, Limits
from ops_tests.plugin import marks as registered
from ops_tests.plugin.alerts.concluding import ANCHOR
from ops_tests.plugin.options import SUITES
from tests.house.source import PACKAGE, REPOSITORY, Source, read
from tests.house.step_rules import headings, out_of_step, stray_marks, unitless, yes_or_no

CHECK_FILES = read(PACKAGE / "checks", "test_*.py")
RULES = {source.path.rpartition("/")[2].removesuffix(".py"): source for source in read(PACKAGE / "rules")}
RUNBOOK = {path.name: path.read_text(encoding="utf-8") for path in sorted((PACKAGE / "runbook").glob("*.md"))}
LIMITS = {name: field.default for name, field in Limits.model_fields.items()}
MARKS = {*SUITES, "acts", "long", "runbook(anchor)"}

CHECK = """@pytest.mark.runbook("web.md#health-answers")
def test_health_answers() -> None: ...
"""
STRAYS = {
    "another section": (CHECK.replace("health-answers", "health-is-up"), ["web.md#health-is-up"]),
    "another file": (CHECK.replace("web.md", "edge.md"), ["edge.md#health-answers"]),
    "no section": (CHECK, []),
    "a section too many": (CHECK, ["web.md#health-answers", "web.md#health-is-old"]),
    "a section twice": (CHECK, ["web.md#health-answers", "web.md#health-answers"]),
    "no mark": (CHECK.partition("\n")[2], ["web.md#health-answers"]),
}


def ini() -> configparser.SectionProxy:
    """The table of pytest.ini."""
    parser = configparser.ConfigParser()
    parser.read(REPOSITORY / "pytest.ini", encoding="utf-8")
    return parser["pytest"]


def marks() -> dict[str, str]:
    """The marks of pytest.ini and their sentences."""
    lines = ini()["markers"].strip().splitlines()
    return {line.partition(":")[0]: line.partition(":")[2].strip() for line in lines}


def test_checks_and_runbook_are_in_step() -> None:
    sections = headings(RUNBOOK)
    sections.remove(ANCHOR)  # what every run looks at by itself, without a test
    assert not out_of_step(CHECK_FILES, sections)


def test_the_marks_are_the_suites_and_three_of_the_project_each_with_one_sentence() -> None:
    assert not stray_marks(marks(), MARKS)


def test_the_plugin_registers_the_marks_of_pytest_ini_but_the_project_s_own() -> None:
    assert {name: sentence for name, sentence in marks().items() if name != "long"} == registered.MARKS


def test_a_limit_carries_its_unit() -> None:
    assert not unitless(LIMITS)


@pytest.mark.parametrize("path", CHECK_FILES, ids=lambda source: source.path)
def test_a_rule_that_a_check_calls_names_offenders_or_a_number(path: Source) -> None:
    assert not yes_or_no(path, RULES)


def test_pytest_is_strict_and_interrupts_by_signal() -> None:
    assert (ini()["strict"], ini()["timeout_method"], ini()["testpaths"]) == ("true", "signal", "ops_tests/checks")
    assert "[tool.pytest" not in (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")


def test_the_heading_of_a_section_is_its_anchor() -> None:
    assert headings({"web.md": "# Web\n\n## Health answers, always\n\ntext"}) == ["web.md#health-answers-always"]


def test_a_check_and_its_section_are_in_step() -> None:
    assert not out_of_step([Source("ops_tests/checks/test_web.py", CHECK)], ["web.md#health-answers"])


@pytest.mark.parametrize("stray", STRAYS)
def test_a_check_or_section_out_of_step_is_found(stray: str) -> None:
    text, sections = STRAYS[stray]
    assert out_of_step([Source("ops_tests/checks/test_web.py", text)], sections)


@pytest.mark.parametrize("declared", [{"smoke": "is it up"}, {"smoke": "is it up", "daily": ""}, {"dayly": "no"}])
def test_a_mark_out_of_step_is_found(declared: dict[str, str]) -> None:
    assert stray_marks(declared, {"smoke", "daily"})


@pytest.mark.parametrize("name", ["health", "health_minutes"])
def test_a_limit_without_its_unit_is_found(name: str) -> None:
    assert unitless({name: Limit(value=1, unit="s", key=f"limits.{name}")})
    assert unitless({"health_seconds": Limit(value=1, unit="s", key="limits.other_seconds")})


def test_a_rule_that_says_yes_or_no_to_a_check_is_found() -> None:
    rules = {"web": Source("ops_tests/rules/web.py", "def is_up(answer) -> bool: ...")}
    check = "from ops_tests.rules import web as rules\n\n\ndef test_health_answers():\n    assert rules.is_up(1), 'no'"
    assert yes_or_no(Source("ops_tests/checks/test_web.py", check), rules)
