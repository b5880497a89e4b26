"""What changed since an earlier run, and which release came between."""

from __future__ import annotations

import pytest

from ops_tests.records.run import CheckRecord, Level, Outcome
from ops_tests.rules.changes import Version, changes, release_between


def check(outcome: Outcome, level: Level | None = None, name: str = "shop/open") -> CheckRecord:
    graded = level or Level.L1 if outcome == "finding" else None
    return CheckRecord(
        target="shop", check=name, subject="shop", claim="", suites=(), anchor="", outcome=outcome, level=graded
    )


@pytest.mark.parametrize(
    ("then", "now", "kind"),
    [
        ("ok", "finding", "newly red"),
        ("note", "finding", "newly red"),
        ("blind", "finding", "newly red"),
        ("waived", "finding", "newly red"),
        ("ok", "blind", "newly blind"),
        ("finding", "blind", "lost sight"),
        ("finding", "ok", "fixed"),
        ("finding", "note", "fixed"),
        ("blind", "ok", "seen again"),
        ("finding", "waived", "waived"),
        ("finding", "not applicable", "not asked"),
    ],
)
def test_a_check_that_came_to_something_else_is_told(then: Outcome, now: Outcome, kind: str) -> None:
    assert [one.kind for one in changes([check(now)], [check(then)])] == [kind]


@pytest.mark.parametrize("word", ["ok", "note", "finding", "blind", "waived", "not applicable"])
def test_a_check_that_came_to_the_same_is_not_told(word: Outcome) -> None:
    assert changes([check(word)], [check(word)]) == []


@pytest.mark.parametrize(("then", "now"), [("ok", "note"), ("note", "ok"), ("waived", "ok"), ("ok", "not applicable")])
def test_what_nobody_needs_to_know_is_not_told(then: Outcome, now: Outcome) -> None:
    assert changes([check(now)], [check(then)]) == []


def test_a_finding_can_get_worse_and_milder() -> None:
    mild, bad = check("finding", Level.L1), check("finding", Level.L3)
    assert [one.kind for one in changes([bad], [mild])] == ["worse"]
    assert [one.kind for one in changes([mild], [bad])] == ["milder"]


def test_a_check_nobody_looked_at_then_is_newly_red_and_says_so() -> None:
    (change,) = changes([check("finding")], [])
    assert (change.kind, change.then) == ("newly red", None)


def test_what_was_wrong_and_was_not_asked_again_is_neither_fixed_nor_forgotten() -> None:
    (change,) = changes([], [check("blind"), check("ok", name="shop/lit")])
    assert (change.kind, change.check, change.then) == ("not asked", "shop/open", "blind")


def test_what_got_worse_stands_before_what_got_better() -> None:
    now = [check("ok", name="a/a"), check("finding", name="b/b"), check("finding", Level.L3, name="c/c")]
    then = [check("finding", name="a/a"), check("ok", name="b/b"), check("ok", name="c/c")]
    assert [(one.kind, one.check) for one in changes(now, then)] == [
        ("newly red", "c/c"),
        ("newly red", "b/b"),
        ("fixed", "a/a"),
    ]


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        (Version("v41", "a"), Version("v42", "b"), "release v42 came between, v41 was live before"),
        (Version("v41", "a"), Version("", "b"), "image b came between, a was live before"),
        (Version("v41", "a"), Version("v41", "a"), "no other release came between (release v41)"),
        (Version("v41", ""), Version("", "b"), ""),
        (Version("", ""), Version("", ""), ""),
        (None, Version("v42", "b"), ""),
    ],
)
def test_the_release_between_is_told_where_both_looks_knew_it(then: Version | None, now: Version, said: str) -> None:
    assert release_between(then, now) == said
