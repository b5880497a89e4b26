"""Objectives out of a planted month, in a history of each kind, and in a monthly run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ops_tests.plugin.alerts import outbox
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.store import Store, in_utc, visit
from ops_tests.plugin.objectives import recall
from ops_tests.records.alerts import Letter
from ops_tests.rules.objectives import HEALTH, objectives
from ops_tests.sandbox.faults import EVOLUTION_HUB, TIMEDIFY
from ops_tests.target_file import load_target
from tests.history.conftest import ADDRESS, check
from tests.running import Finished, run_suite

STEP = timedelta(minutes=5)
MONTH = 30 * 24 * 12
UPTIME, SHORT, TOLD = (
    "objectives/uptime_is_within_the_objective",
    "objectives/outages_are_short",
    "objectives/incidents_are_told_in_time",
)


def plant(history: Store, now: datetime, down: Sequence[int] = (), told_after: timedelta | None = None) -> None:
    """Smoke runs of 30 days, some of them red, and a message so long after the first red."""
    begin, record = now - STEP * (MONTH - 1), check(HEALTH).model_dump_json()
    times = [in_utc(begin + STEP * place) for place in range(MONTH)]
    history.write_each(
        "INSERT INTO ops_run VALUES (?, 'shop', 'smoke', ?, ?, 0, 'ok', NULL, '', '', '')",
        ((f"run-{place}", at, at) for place, at in enumerate(times)),
    )
    history.write_each(
        "INSERT INTO ops_check VALUES (?, 'shop', ?, ?, ?, NULL, NULL, NULL, NULL, 0.1, '', ?)",
        ((f"run-{place}", HEALTH, at, "finding" if place in down else "ok", record) for place, at in enumerate(times)),
    )
    if told_after is not None:
        red = now - timedelta(days=3)
        letter = Letter("1", "shop", f"finding:{HEALTH}", "run-1", "PAGER", "new", "L3", "", "", red, red)
        outbox.post(history, [letter])
        outbox.delivered(history, letter, red + told_after)


def target_file(folder: Path) -> Path:
    """A target with nothing but an address and somebody to tell."""
    file = folder / "shop.toml"
    routes = '[alerts]\nroutes = [{ url_env = "OPS_ALERT_PAGER" }]\n'
    file.write_text(f'name = "shop"\nbase_url = "{ADDRESS}"\n{routes}', encoding="utf-8")
    return file


def test_a_planted_month_with_an_outage_is_red_in_either_history_and_costs_little(place: Place, tmp_path: Path) -> None:
    now, target = datetime.now(UTC), load_target(target_file(tmp_path), {"OPS_ALERT_PAGER": "json://127.0.0.1:9"})
    visit(place, lambda history: plant(history, now, range(100, 112), timedelta(minutes=20)))
    began = time.process_time()
    past = visit(place, lambda history: recall(history, target, now))
    told = {one.id: one for one in objectives("shop", past, [], now)}
    assert time.process_time() - began < 1
    assert (told["slo-uptime"].outcome, told["slo-uptime"].samples) == ("finding", MONTH)
    assert (told["slo-mttr"].outcome, told["slo-mttr"].value) == ("finding", 55)
    assert (told["slo-incident-response"].outcome, told["slo-incident-response"].value) == ("finding", 20)


def test_the_history_is_asked_by_index(tmp_path: Path) -> None:
    place = Place(tmp_path / "history.sqlite")
    asked: list[str] = []

    def explain(history: Store) -> None:
        rows = history.rows

        def explained(query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            asked.extend(str(step[-1]) for step in rows(f"EXPLAIN QUERY PLAN {query}", parameters))
            return rows(query, parameters)

        history.rows = explained  # type: ignore[method-assign]  # listens in
        recall(history, load_target(target_file(tmp_path), {}), datetime.now(UTC))

    visit(place, explain)
    assert asked
    assert not [step for step in asked if step.startswith("SCAN ops_")]


def monthly(
    folder: Path, monkeypatch: pytest.MonkeyPatch, down: Sequence[int] | None, told_after: timedelta
) -> Finished:
    """A monthly run of a target with such a past, or with none."""
    (folder / "reports").mkdir()
    if down is not None:
        place = Place(folder / "reports" / "history.sqlite")
        visit(place, lambda history: plant(history, datetime.now(UTC), down, told_after))
    monkeypatch.setenv("OPS_ALERT_PAGER", "json://127.0.0.1:9")
    return run_suite(folder, f"--target={target_file(folder)}", "-m", "monthly", "-k", "objectives")


def outcomes(finished: Finished) -> dict[str, str]:
    """What the checks of objectives came to."""
    return {one.check: one.outcome for one in finished.checks() if one.subject == "objectives"}


def test_a_monthly_run_is_green_on_a_good_month_and_prints_the_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = monthly(tmp_path, monkeypatch, (), timedelta(minutes=2))
    assert outcomes(finished) == {UPTIME: "ok", SHORT: "ok", TOLD: "ok"}, finished.output
    assert finished.status == 0
    (line,) = [line for line in finished.lines if line.startswith("slo-uptime")]
    assert line.split()[:6] == ["slo-uptime", "ok", "100", "%", "99.9", "%"]


def test_a_monthly_run_is_red_on_a_bad_month_in_every_rendering(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished = monthly(tmp_path, monkeypatch, range(100, 112), timedelta(minutes=20))
    assert outcomes(finished) == {UPTIME: "finding", SHORT: "finding", TOLD: "finding"}, finished.output
    assert finished.status == 1
    text = (tmp_path / "reports" / "latest.prom").read_text(encoding="utf-8")
    told = {
        (one.name, one.labels.get("objective")): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    assert told["ops_tests_objective_limit", "slo-uptime"] == 99.9
    assert told["ops_tests_objective_budget_left_percent", "slo-uptime"] < 0
    assert told["ops_tests_objective_value", "slo-mttr"] == 55
    page = (tmp_path / "reports" / "latest.html").read_text(encoding="utf-8")
    assert "slo-incident-response" in page


def test_without_a_history_nothing_is_green_for_want_of_probes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished = monthly(tmp_path, monkeypatch, None, timedelta())
    assert outcomes(finished) == {UPTIME: "blind", SHORT: "blind", TOLD: "note"}, finished.output
    assert finished.status == 10


@pytest.mark.parametrize(("system", "machines"), [(TIMEDIFY, True), (EVOLUTION_HUB, False)])
def test_what_a_monthly_run_does_not_look_at_is_a_gap_where_the_platform_could_tell(
    tmp_path: Path, system: str, machines: bool
) -> None:
    finished = run_suite(tmp_path, f"--target={system}", "-m", "monthly")
    assert finished.record is not None, finished.output
    gaps = {one.id for one in finished.record.objectives if one.outcome == "gap"}
    assert ("slo-errors" in gaps, "slo-resources-cpu" in gaps) == (True, machines)


def test_a_run_of_another_suite_prints_no_table(tmp_path: Path) -> None:
    finished = run_suite(tmp_path, f"--target={target_file(tmp_path)}", "-m", "smoke")
    assert finished.record is not None
    assert {one.id for one in finished.record.objectives} >= {"slo-uptime", "slo-health"}
    assert not [line for line in finished.lines if line.startswith("slo-")]
