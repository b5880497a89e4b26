"""The dashboard's rows and its rating."""

from __future__ import annotations

import pytest

from ops_tests.records.run import CheckRecord, Level, Measurement, Outcome
from ops_tests.rules.glance import Row, rating, row

LETTERS = Measurement(value=4, unit="dead letters", limit=0, key="limits.dead_letters", level=None)
COUNTED = Measurement(value=0, unit="complaints", limit=0, key="", level=None)


def check(outcome: Outcome, sentence: str = "", *measurements: Measurement, notes: tuple[str, ...] = ()) -> CheckRecord:
    return CheckRecord(
        target="shop", check="shop/open", subject="shop", claim="It is open.", suites=(), anchor="", outcome=outcome,
        sentence=sentence, measurements=measurements, notes=notes, level=Level.L2 if outcome == "finding" else None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (check("finding", "4 unprocessed; expected 0", LETTERS), "4 unprocessed"),
        (check("note", "", LETTERS, notes=("near the limit",)), "near the limit"),
        (check("ok", "", LETTERS), "4 dead letters"),
        (check("ok", "", COUNTED), "It is open."),
        (None, "nobody has looked yet; the daily round does"),
    ],
)
def test_a_row_says_what_was_seen(record: CheckRecord | None, said: str) -> None:
    assert row("letters", record).said == said


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([Row("a", "ok"), Row("b", "note"), Row("c")], "OK"),
        ([Row("a", "ok"), Row("b", "finding", Level.L1), Row("c", "finding", Level.L3)], "FINDING L3: b, c"),
        ([Row("a", "ok"), Row("b", "blind")], "BLIND: b"),
        ([Row("a"), Row("b", "not applicable")], "NOTHING KNOWN"),
    ],
)
def test_the_rating_is_the_worst_row_and_never_good_for_nothing(rows: list[Row], said: str) -> None:
    assert rating(rows) == said
