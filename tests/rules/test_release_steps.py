"""Which steps of a release are ticked, and by which looks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from ops_tests.records.history import PastCheck
from ops_tests.records.run import Level, Outcome
from ops_tests.rules.release_steps import A_WEEK, DEPLOYED, Looks, Phase, Step, ticked

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPEN, QUICK = "shop/open", "shop/quick[one]"
STEP = Step("The shop is open", (OPEN,), "pytest -m smoke")


def look(minutes: float, outcome: Outcome = "ok", check: str = OPEN) -> PastCheck:
    level = Level.L2 if outcome == "finding" else None
    at = NOON + timedelta(minutes=minutes)
    return PastCheck("run-1", check, at, outcome, level, None, None, None, 0.1, "closed; expected open")


def looks(*since: PastCheck, before: tuple[PastCheck, ...] = (), deployed: bool = True, now: float = 60) -> Looks:
    return Looks(before, since, NOON if deployed else None, NOON + timedelta(minutes=now))


def done(phase: Phase, known: Looks, step: Step = STEP) -> tuple[bool, str]:
    found = ticked(step, phase, known)
    return found.done, found.why


def test_a_look_after_the_deploy_ticks_what_comes_after_it() -> None:
    assert done("after", looks(look(5))) == (True, "seen 2026-03-01 12:05Z, run run-1")


def test_a_look_before_the_deploy_does_not() -> None:
    assert done("after", looks(before=(look(-5),))) == (False, "nobody has looked since the deploy; pytest -m smoke")


def test_without_a_deploy_nothing_after_it_is_ticked() -> None:
    assert done("after", looks(deployed=False))[1] == "no run has seen it live yet; then pytest -m smoke"
    assert not done("watch", looks(deployed=False))[0]


def test_the_newest_look_counts_and_what_is_wrong_is_told() -> None:
    assert done("after", looks(look(5, "finding"), look(6)))[0]
    assert done("after", looks(look(5), look(6, "finding"))) == (
        False,
        "L2 finding at 2026-03-01 12:06Z: shop/open: closed",
    )


def test_neither_blind_nor_waived_ticks() -> None:
    assert not done("after", looks(look(5, "blind")))[0]
    assert not done("after", looks(look(5, "waived")))[0]


def test_every_check_of_a_step_must_have_looked() -> None:
    both = Step("Both", (OPEN, "shop/quick"), "pytest -m daily")
    assert not done("after", looks(look(5)), both)[0]
    assert done("after", looks(look(5), look(5, check=QUICK)), both)[0]
    other = look(6, "finding", "shop/quick[two]")
    assert not done("after", looks(look(5), look(5, check=QUICK), other), both)[0]


def test_what_does_not_apply_is_told_apart() -> None:
    found = ticked(STEP, "after", looks(look(5, "not applicable")))
    assert (found.done, found.applies) == (False, False)


def test_before_the_deploy_a_look_is_young_for_as_long_as_its_schedule_says() -> None:
    old = look(-60 * 30)
    assert not done("before", looks(before=(old,)))[0]
    assert done("before", looks(before=(old,)), Step("Weekly", (OPEN,), "pytest -m weekly", A_WEEK))[0]
    assert done("before", looks(before=(look(-60),), deployed=False, now=0))[0]


def test_the_watch_is_over_only_after_half_an_hour_without_a_red() -> None:
    assert done("watch", looks(look(5), look(26))) == (True, "held in 2 looks until 2026-03-01 12:26Z")
    assert done("watch", looks(look(5), look(12)))[1] == (
        "it held until 12:12Z, and the time ends 2026-03-01 12:30Z; pytest -m smoke"
    )
    assert not done("watch", looks(look(5, "finding"), look(26)))[0]
    assert not done("watch", looks(look(45)))[0]


def test_what_only_people_know_is_never_ticked_but_the_deploy_itself_is_seen() -> None:
    assert done("after", looks(look(5)), Step("Announced", who="you")) == (False, "you")
    assert done("after", looks(), DEPLOYED) == (True, "before 2026-03-01 12:00Z")
    assert not done("after", looks(deployed=False), DEPLOYED)[0]
