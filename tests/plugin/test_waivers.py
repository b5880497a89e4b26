"""A waived finding is shown with its waiver everywhere and costs no exit status; nothing else is ever waived."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest

from tests.plugin.conftest import IN_BOTH_WAYS, Project

LIT = "def test_lit(target):\n    assert not target, 'dark; expected light'\n"
OPEN = "def test_open(target):\n    pass\n"
DARK = "def test_dark(target):\n    raise OSError('the lamp is out')\n"
LEAKING = "@pytest.fixture\ndef leaking(target):\n    yield\n    raise OSError('the lamp went out afterwards')\n\n"


def waive(project: Project, check: str = "shop/lit", days: int = 30) -> str:
    """Waive a check for so many days from today, and say until when."""
    until = str(datetime.now(UTC).date() + timedelta(days))
    entry = f'[[waiver]]\ncheck = "{check}"\nreason = "lamp is ordered"\nowner = "anna"\nuntil = {until}\n'
    project.write("waivers.toml", entry)
    return until


@IN_BOTH_WAYS
def test_a_waived_finding_costs_no_exit_status_and_stops_nothing(project: Project, workers: str) -> None:
    project.checks(LIT + OPEN)
    waive(project)
    result = project.run_on_shop("-x", "-n", workers)
    assert result.ret == 0
    assert project.outcomes() == {"shop/lit": "waived", "shop/open": "ok"}
    assert project.record().verdict == "OK on shop: 1 check holds; 1 waived"
    assert project.record().level is None


def test_every_rendering_names_reason_owner_and_day(project: Project) -> None:
    project.checks(LIT)
    said = f"waived until {waive(project)} by anna: lamp is ordered"
    result = project.run_on_shop()
    assert f"shop/lit {said}; dark; expected light" in result.outlines
    assert str(project.check("shop/lit").waiver) == said
    assert said in (project.reports / "latest.html").read_text(encoding="utf-8")
    (suite,) = ET.parse(project.reports / "latest.xml").getroot()
    (skipped,) = suite.iter("skipped")
    assert (skipped.get("message"), suite.get("skipped")) == (f"{said}: dark; expected light", "1")
    with closing(sqlite3.connect(project.reports / "history.sqlite")) as connection:
        ((outcome, record),) = connection.execute("SELECT outcome, record FROM ops_check").fetchall()
    assert (outcome, "lamp is ordered" in record) == ("waived", True)


def test_another_finding_still_counts_and_the_verdict_names_both(project: Project) -> None:
    project.checks(LIT + LIT.replace("lit", "bright"))
    waive(project)
    assert project.run_on_shop().ret == 1
    assert project.record().verdict == "FINDING L1 on shop: 1 of 2 checks: shop/bright (dark); 1 waived"


@pytest.mark.parametrize("source", [DARK, LEAKING + LIT.replace("target)", "target, leaking)").replace("lit", "dark")])
def test_blind_is_never_waived_not_even_after_a_finding(project: Project, source: str) -> None:
    project.checks(source)
    waive(project, "shop/dark")
    assert project.run_on_shop().ret == 10
    assert (project.check("shop/dark").outcome, project.check("shop/dark").waiver) == ("blind", None)


def test_a_check_that_holds_says_that_its_waiver_can_go(project: Project) -> None:
    project.checks(OPEN)
    waive(project, "shop/*")
    assert project.run_on_shop().ret == 0
    assert project.check("shop/open").outcome == "note"
    assert project.check("shop/open").notes[0].startswith('waiver no longer needed: "shop/*" (waived until ')


@IN_BOTH_WAYS
def test_a_wild_waiver_that_one_check_needs_is_needed(project: Project, workers: str) -> None:
    project.checks(LIT + OPEN)
    waive(project, "shop/*")
    assert project.run_on_shop("-n", workers).ret == 0
    assert project.outcomes() == {"shop/lit": "waived", "shop/open": "ok"}


def test_a_waiver_is_not_called_unneeded_while_what_it_covers_could_not_look(project: Project) -> None:
    project.checks(DARK + OPEN)
    waive(project, "shop/*")
    assert project.run_on_shop().ret == 10
    assert project.outcomes() == {"shop/dark": "blind", "shop/open": "ok"}


def test_a_waiver_that_covers_no_check_is_told(project: Project) -> None:
    project.checks(OPEN)
    waive(project, "shop/opne")
    told = 'waivers.toml: "shop/opne" covers no check there is; correct it'
    assert told in project.run_on_shop().outlines
    assert told in project.run_on_shop("-k", "open").outlines
    assert told not in project.run_on_shop("test_shop.py::test_open").outlines


def test_a_waiver_in_its_last_week_says_so(project: Project) -> None:
    project.checks(LIT)
    until = waive(project, days=3)
    assert project.run_on_shop().ret == 0
    assert any(f"on {until}: mend it, or anna renews it" in note for note in project.check("shop/lit").notes)


def test_an_expired_waiver_waives_nothing_and_the_sentence_says_so(project: Project) -> None:
    project.checks(LIT)
    until = waive(project, days=-1)
    assert project.run_on_shop().ret == 1
    assert project.check("shop/lit").sentence.endswith(
        f"; no longer waived: the waiver of anna ended {until} (lamp is ordered)"
    )


def test_all_problems_of_the_file_are_one_usage_message(project: Project) -> None:
    project.checks(OPEN)
    project.write("waivers.toml", 'x = 1\n[[waiver]]\nchek = "a"\nreason = " "\nowner = 3\nuntil = "2026-12-31"\n')
    result = project.run_on_shop()
    told = result.stderr.str()
    assert result.ret == 4
    assert "has 6 problems:" in told
    for problem in ("x: unknown key", "check: missing", "did you mean check?", "reason: empty", "owner: expected text"):
        assert problem in told
    assert "until: expected a day without quotes, like 2026-12-31 (found '2026-12-31')" in told


def test_a_target_of_the_package_finds_its_waivers_beside_pytest_ini(project: Project) -> None:
    project.write("waivers.toml", "[[waiver]]\n")
    project.checks(OPEN)
    assert (
        f"waivers file {project.folder / 'waivers.toml'} has 4 problems"
        in project.run("--target=timedify").stderr.str()
    )


def test_waivers_lie_beside_the_target_file_and_nowhere_else(project: Project) -> None:
    project.checks(LIT)
    waive(project)
    (project.folder / "ops").mkdir()
    (project.folder / project.target()).rename(project.folder / "ops" / "shop.toml")
    assert project.run_here("--target", "ops/shop.toml").ret == 1
