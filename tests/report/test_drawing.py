"""Marks that differ in shape, lines with gaps, and charts of any samples."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from ops_tests.plugin.report.distribution import chart
from ops_tests.plugin.report.drawing import MARGIN, WIDTH, mark, trend_line
from ops_tests.rules.latency import percentiles
from ops_tests.rules.trends import Point

WORDS = ("ok", "note", "finding", "blind", "waived", "not applicable")


def test_every_word_has_a_shape_of_its_own_without_its_colour() -> None:
    assert len({mark(word) for word in WORDS}) == len(WORDS)


def test_a_red_run_is_a_cross_and_a_blind_one_a_ring() -> None:
    drawn = trend_line([Point("ok", 1), Point("finding", 3), Point("blind", None)], 2, "said")
    assert (drawn.count('class="cross"'), drawn.count('class="ring"'), drawn.count('class="dots"')) == (1, 1, 1)


def test_runs_that_held_are_dots_of_one_path_and_the_newest_is_a_circle() -> None:
    drawn = trend_line([Point("ok", 1), Point("note", 3), Point("finding", 3), Point("ok", 1)], 2, "said")
    (path,) = re.findall(r'class="dots" d="([^"]*)"', drawn)
    assert (path.count("M"), drawn.count("<circle")) == (2, 1)
    assert 'class="dots"' not in trend_line([Point("ok", 1)], 2, "said")


@pytest.mark.parametrize("runs", [2, 3, 30])
def test_the_runs_fill_the_width_and_no_two_red_ones_touch(runs: int) -> None:
    drawn = trend_line([Point("finding", 1)] * runs, 2, "")
    strokes = re.findall(r'class="cross" d="M(\S+) \S+L(\S+) ', drawn)
    edges = [(float(left), float(right)) for left, right in strokes]
    assert (edges[0][0] < 2 * MARGIN, edges[-1][1] > WIDTH - 2 * MARGIN) == (True, True)
    assert all(right + 1 < left for (_, right), (left, _) in pairwise(edges))


def test_the_line_has_a_gap_where_nothing_was_measured() -> None:
    values = [Point("ok", 1), Point("ok", 1), Point("blind", None), Point("ok", 1), Point("ok", 1)]
    (path,) = re.findall(r'class="line" d="([^"]*)"', trend_line(values, 2, ""))
    assert (path.count("M"), path.count("L")) == (2, 2)


def test_the_limit_is_dashed_where_something_was_measured() -> None:
    assert 'class="limit"' in trend_line([Point("ok", 1)], 2, "")
    assert 'class="limit"' not in trend_line([Point("ok", None)], 2, "")


def test_what_is_said_stays_text() -> None:
    assert "<b>" not in trend_line([], None, '<b>"')
    assert "<b>" not in chart([0.1], percentiles([0.1]), {}, '<b>"')


@pytest.mark.parametrize(
    "seconds",
    [[0.0], [0.1], [0.1] * 400, [0.0, 30.0], [0.001 * number for number in range(1, 500)]],
    ids=["nothing", "one", "all the same", "far apart", "many"],
)
def test_any_samples_can_be_drawn(seconds: list[float]) -> None:
    drawn = chart(seconds, percentiles(seconds), {"p95": 0.1, "p99": 0.5}, "webhooks")
    places = [float(one) for one in re.findall(r' (?:x|y|cx|cy|width|height)="([^"]*)"', drawn)]
    assert all(0 <= place <= 480 for place in places)
    assert drawn.count('class="span"') == 3
    assert "p95 limit 100 ms" in drawn
