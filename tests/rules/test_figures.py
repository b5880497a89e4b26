"""What a drill measured beside earlier drills, in a line of the terminal and in one of the page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.records.history import PastFigure
from ops_tests.records.run import Drill, Figure
from ops_tests.rules.figures import described, line, points, was

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
RECOVERY = Figure(name="recovery time", value=4.2, unit="s")


def past(*values: float, unit: str = "s") -> list[PastFigure]:
    """Earlier figures, one a day, the last on 2026-08-01."""
    days = range(len(values) - 1, -1, -1)
    return [
        PastFigure(f"run-{day}", "shop", "cold start", NOON - timedelta(days=day), "recovery time", value, unit)
        for day, value in zip(days, values, strict=True)
    ]


def drill(*figures: Figure) -> Drill:
    return Drill(
        target="shop", name="cold start", began_at=NOON, ended_at=NOON + timedelta(seconds=12), figures=figures
    )


def test_a_drill_is_one_line_with_what_was_before() -> None:
    made = drill(RECOVERY, Figure(name="outage seen", value=3.1, unit="s"))
    assert line(made, {("cold start", "recovery time"): past(8, 3.9)}) == (
        "drill cold start: recovery time 4.2 s (3.9 s), outage seen 3.1 s; in brackets 2026-08-01"
    )


def test_among_several_targets_the_line_names_its_own() -> None:
    assert line(drill(RECOVERY), {}, several=True) == "drill cold start on shop: recovery time 4.2 s"


def test_a_drill_that_measured_nothing_says_so() -> None:
    assert line(drill(), {}) == "drill cold start: took 12 s and measured nothing"


@pytest.mark.parametrize("earlier", [[], past(3900, unit="rows")], ids=["none", "another unit"])
def test_what_cannot_be_held_against_it_is_left_out(earlier: list[PastFigure]) -> None:
    assert (was(earlier, RECOVERY), points(earlier, RECOVERY)) == ("", [])


def test_the_line_ends_with_this_drill_and_has_at_most_thirty() -> None:
    told = points(past(*range(40)), RECOVERY)
    assert (len(told), told[0].value, told[-1].value) == (30, 11, 4.2)
    assert described(points(past(3.9, 5), RECOVERY), "s") == "3 drills: 3.9 s to 5 s, the newest 4.2 s"
