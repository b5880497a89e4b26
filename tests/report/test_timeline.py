"""Timelines as they are drawn: states that differ without their colour, hundreds of spans, acts with their words."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from ops_tests.plugin.report.page import page
from ops_tests.plugin.report.past import Past
from ops_tests.plugin.report.timeline import LEFT, LOW, RIGHT, TALL, WIDTH, drawn, sign
from ops_tests.records.run import Drill
from ops_tests.rules.timeline import lanes
from tests.history.conftest import NOON
from tests.report.drill import COLD, DONE, Row, flapping, full, made, run

ALL = (*full(NOON), flapping(NOON))


def svg(drill: Drill) -> str:
    return drawn(drill, lanes(drill))


def places(drawing: str, kind: str) -> list[float]:
    """Where each shape of a class begins, in pixels from the left."""
    return [
        float(place)
        for path in re.findall(rf'<path class="{kind}" d="([^"]*)"', drawing)
        for place in re.findall(r"M(-?[\d.]+) ", path)
    ]


def test_every_state_has_a_shape_of_its_own_without_its_colour() -> None:
    drawing = svg(made(NOON, COLD, 9, [("a", 0, 4, "good", ""), ("a", 4, 8, "bad", ""), ("a", 8, 8, "act", "")]))
    (good,) = re.findall(r'class="good" d="[^"]*v-(\d+)', drawing)
    (bad,) = re.findall(r'class="bad" d="[^"]*v-(\d+)', drawing)
    assert (float(good), float(bad)) == (LOW, TALL)
    assert TALL >= 2 * LOW
    assert len({re.sub('class="[a-z]*"', "", sign(state)) for state in ("good", "bad", "act")}) == 3


def test_a_moment_lies_where_the_axis_says() -> None:
    drawing = svg(made(NOON, COLD, 100, [("health", 50, 60, "bad", "503"), (DONE, 25, 25, "act", "restart")]))
    whole = WIDTH - LEFT - RIGHT
    assert places(drawing, "bad") == [pytest.approx(LEFT + whole / 2, abs=0.1)]
    assert places(drawing, "act") == [pytest.approx(LEFT + whole / 4, abs=0.1)]


@pytest.mark.parametrize("drill", ALL, ids=lambda one: one.name)
def test_a_timeline_is_small_named_and_told(drill: Drill) -> None:
    drawing = svg(drill)
    assert len(drawing) < 30_000
    assert f"<title>Timeline of {drill.name}</title>" in drawing
    assert all(f"{lane.name}: " in drawing.partition("<desc>")[2].partition("</desc>")[0] for lane in lanes(drill))


def test_of_hundreds_of_failed_looks_each_is_still_one() -> None:
    assert len(places(svg(flapping(NOON)), "bad")) == 500


@pytest.mark.parametrize(("until", "seen"), [(8, True), (2, False)], ids=["took its time", "at once"])
def test_of_an_act_that_took_its_time_the_end_is_seen(until: float, seen: bool) -> None:
    assert ('class="lasted"' in svg(made(NOON, COLD, 9, [(DONE, 2, until, "act", "deploy")]))) == seen


def test_more_acts_than_can_be_labelled_are_marked_and_stand_in_the_table() -> None:
    acts: list[Row] = [(DONE, 0.1 * number, 0.1 * number, "act", f"restart number {number}") for number in range(15)]
    drawing = svg(made(NOON, COLD, 60, acts))
    assert (len(places(drawing, "act")), drawing.count(">restart number ")) == (15, 6)
    text = page(run(NOON, "now", (made(NOON, COLD, 60, acts),)), {"shop": Past()})
    assert text.count('<td data-label="What">restart number ') == 15


@pytest.mark.parametrize(
    "rows",
    [
        [("health", 0, 0, "good", "up")],
        [("health", -3, 20, "bad", "down")],
        [("health", 0, 0, "act", "x" * 500)],
    ],
    ids=["nothing lasted", "before it began and after it ended", "long words"],
)
def test_whatever_is_recorded_stays_within_the_drawing(rows: list[Row]) -> None:
    drawing = svg(made(NOON, COLD, 0, rows))
    for x in (place for kind in ("good", "bad", "act") for place in places(drawing, kind)):
        assert LEFT <= x <= WIDTH - RIGHT
    assert "x" * 40 not in drawing.partition("</desc>")[2]


def test_what_is_said_stays_text() -> None:
    drill = made(NOON, "<q>", 9, [("<s>", 0, 1, "act", '<u>"')])
    assert re.findall("<[qsu]>", page(run(NOON, "now", (drill,)), {"shop": Past()})) == []


def test_a_run_without_drills_has_no_such_section() -> None:
    assert 'id="ops-drill"' not in page(run(NOON, "now", ()), {"shop": Past()})


def test_a_first_drill_has_no_column_of_what_was_before() -> None:
    text = page(run(NOON, "now", full(NOON)), {"shop": Past()})
    assert ('id="ops-drill"' in text, ">Newest drills<" in text, 'class="trend"' in text) == (True, False, False)


def test_a_drill_that_only_measured_draws_nothing() -> None:
    drill = full(NOON)[1].model_copy(update={"spans": ()})
    text = page(run(NOON + timedelta(hours=1), "now", (drill,)), {"shop": Past()})
    assert ("recovery time" in text, 'class="chart timeline"' in text, "a low bar" in text) == (True, False, False)
