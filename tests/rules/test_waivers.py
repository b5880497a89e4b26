"""A waiver covers what its pattern names, through its last day, and says when it ends."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ops_tests.records.run import Waiver
from ops_tests.rules.waivers import covering, expired, notice

LAST_DAY = date(2026, 12, 31)


def waiver(check: str, until: date = LAST_DAY) -> Waiver:
    """A waiver of the checks of a pattern."""
    return Waiver(check=check, reason="known", owner="anna", until=until)


@pytest.mark.parametrize(
    "pattern", ["shop/lit[app/uninstalled]", "shop/lit*", "shop/*[app/uninstalled]", "*", "shop/li?[*]"]
)
def test_a_pattern_covers_the_check(pattern: str) -> None:
    assert covering([waiver(pattern)], "shop/lit[app/uninstalled]")


@pytest.mark.parametrize("pattern", ["shop/lit", "shop/lit[ap]", "lit*", "SHOP/*", ""])
def test_a_pattern_covers_no_other_check(pattern: str) -> None:
    assert not covering([waiver(pattern)], "shop/lit[app/uninstalled]")


def test_of_several_waivers_the_longest_counts() -> None:
    longest = waiver("*", LAST_DAY + timedelta(1))
    assert covering([waiver("shop/lit"), longest, waiver("shop/*")], "shop/lit") == longest


def test_a_waiver_holds_through_its_last_day() -> None:
    assert not expired(waiver("*"), LAST_DAY)
    assert expired(waiver("*"), LAST_DAY + timedelta(1))


@pytest.mark.parametrize(("days", "said"), [(8, ""), (7, "in 7 days"), (1, "tomorrow"), (0, "today")])
def test_from_a_week_before_it_says_that_it_ends(days: int, said: str) -> None:
    told = notice(waiver("*"), LAST_DAY - timedelta(days))
    assert (not told and not said) or f"ends {said}, on 2026-12-31" in told[0]
