"""What drills measured is kept with their run and found again, the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops_tests.plugin.history import figures, writing
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.schema import MIGRATIONS
from ops_tests.plugin.history.store import Store, visit
from ops_tests.records.run import Drill, Figure, RunRecord, TargetRecord
from tests.history.conftest import ADDRESS, NOON, run

DAY = 24 * 60
NAMES = ("recovery time", "outage seen")


def drilled(minutes: float, value: float, *names: str, drill: str = "cold start", target: str = "shop") -> RunRecord:
    """A run of one drill, which began a minute after it."""
    record = run(minutes, suite="dr_drill")
    began_at = record.started_at + timedelta(minutes=1)
    measured = tuple(Figure(name=name, value=value + place, unit="s") for place, name in enumerate(names or NAMES))
    made = Drill(target=target, name=drill, began_at=began_at, ended_at=began_at, figures=measured)
    live = TargetRecord(name=target, base_url=ADDRESS, sandbox=False)
    return record.model_copy(update={"drills": (made,), "targets": (live,), "run_id": f"{target}-{drill}-{minutes:g}"})


def write(place: Place, *records: RunRecord) -> None:
    for record in records:
        visit(place, partial(writing.write, record=record, targets=record.targets))


def earlier(place: Place, record: RunRecord) -> dict[tuple[str, str], list[float]]:
    """The values of the earlier drills."""
    asked = record.drills[0].target, record.drills, record.started_at
    found = visit(place, lambda history: figures.earlier(history, *asked))
    return {name: [one.value for one in past] for name, past in found.items()}


def test_earlier_figures_are_those_of_the_same_target_drill_and_name_oldest_first(place: Place) -> None:
    write(
        place,
        drilled(2 * DAY, 3),
        drilled(DAY, 2),
        drilled(3 * DAY, 90, drill="rollback"),
        drilled(4 * DAY, 80, target="other"),
        drilled(5 * DAY, 70, "time to heal"),
    )
    assert earlier(place, drilled(6 * DAY, 4)) == {
        ("cold start", "recovery time"): [2, 3], ("cold start", "outage seen"): [3, 4]
    }  # fmt: skip


def test_this_run_and_later_ones_are_not_earlier(place: Place) -> None:
    now = drilled(DAY, 4)
    write(place, now, drilled(2 * DAY, 5))
    assert earlier(place, now) == {}


def test_the_newest_29_are_enough(place: Place) -> None:
    write(place, *(drilled(minutes, minutes) for minutes in range(0, 80, 2)))
    assert earlier(place, drilled(DAY, 4, "recovery time")) == {
        ("cold start", "recovery time"): [*range(22, 80, 2)]
    }  # fmt: skip


def test_figures_come_back_as_they_were_in_their_order(place: Place) -> None:
    record = drilled(0, 4.25)
    write(place, record, record)
    told = visit(place, lambda history: figures.of_run(history, record.run_id, "shop"))
    assert [(one.name, one.value, one.unit) for one in told] == [
        ("recovery time", 4.25, "s"),
        ("outage seen", 5.25, "s"),
    ]
    assert {(one.run_id, one.target, one.drill, one.began_at) for one in told} == {
        (record.run_id, "shop", "cold start", NOON + timedelta(minutes=1))
    }


def test_a_drill_made_twice_in_a_run_is_kept_twice(place: Place) -> None:
    once = drilled(0, 4)
    again = drilled(5, 6).drills[0]
    write(place, once.model_copy(update={"drills": (*once.drills, again)}))
    told = visit(place, lambda history: figures.of_run(history, once.run_id, "shop"))
    assert [one.value for one in told] == [4, 5, 6, 7]


def test_the_newest_are_listed_first_of_one_target_or_of_all(place: Place) -> None:
    write(place, drilled(0, 1), drilled(DAY, 2, target="other"))
    told = {name: visit(place, partial(figures.newest, target=name, at_most=1)) for name in ("", "shop")}
    assert [(one.target, one.name) for one in told[""]] == [
        ("other", "recovery time"), ("other", "outage seen")
    ]  # fmt: skip
    assert {one.target for one in told["shop"]} == {"shop"}


def test_figures_go_with_their_run(place: Place) -> None:
    write(place, drilled(0, 1), drilled(399 * DAY, 2))
    write(place, run(401 * DAY))
    assert visit(place, lambda history: history.rows("SELECT DISTINCT value FROM ops_figure ORDER BY value")) == [
        (2,), (3,)
    ]  # fmt: skip


def test_a_history_from_before_drills_gains_them(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ops_tests.plugin.history.store.MIGRATIONS", MIGRATIONS[:2])
    visit(place, lambda history: history.rows("SELECT count(*) FROM ops_run"))
    monkeypatch.undo()
    write(place, drilled(0, 1))
    assert earlier(place, drilled(DAY, 1, "recovery time")) == {("cold start", "recovery time"): [1]}


def test_the_lines_of_a_run_name_what_was_before_and_do_without(tmp_path: Path) -> None:
    complaints: list[str] = []
    (tmp_path / "reports").mkdir()
    writing.store(tmp_path, drilled(0, 3.9), complaints.append)
    now = drilled(DAY, 4.2, "recovery time")
    assert complaints == []
    assert figures.drill_lines(tmp_path, now) == [
        "drill cold start: recovery time 4.2 s (3.9 s); in brackets 2026-03-01"
    ]
    (tmp_path / ".env").write_text("OPS_HISTORY_URL=nonsense\n", encoding="utf-8")
    assert figures.drill_lines(tmp_path, now) == ["drill cold start: recovery time 4.2 s"]
    assert figures.drill_lines(tmp_path, run(0)) == []


def test_earlier_figures_are_found_by_index(tmp_path: Path) -> None:
    asked: list[str] = []

    def explain(history: Store) -> None:
        rows = history.rows

        def explained(query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
            asked.extend(str(step[-1]) for step in rows(f"EXPLAIN QUERY PLAN {query}", parameters))
            return rows(query, parameters)

        history.rows = explained  # type: ignore[method-assign]  # listens in
        figures.earlier(history, "shop", drilled(0, 1).drills, NOON)
        figures.of_run(history, "run", "shop")

    visit(Place(tmp_path / "history.sqlite"), explain)
    assert asked
    assert not [step for step in asked if step.startswith("SCAN")]
