"""A service says when it wants to be asked again, in two ways, and sometimes nonsense."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.rules.retry_after import LONGEST, not_before

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("120", timedelta(minutes=2)),
        ("0.5", timedelta(seconds=0.5)),
        ("Sun, 01 Mar 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Sun, 01 Mar 2026 13:05:00 +0100", timedelta(minutes=5)),
        ("999999999", LONGEST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
    ],
)
def test_seconds_and_dates_are_understood(header: str, after: timedelta) -> None:
    assert not_before(header, NOON) == NOON + after


@pytest.mark.parametrize("header", ["", "soon", "-5", "1e9", "99999999999", "Mon, 99 Mar 2026 12:05:00 GMT"])
def test_what_names_no_moment_is_no_moment(header: str) -> None:
    assert not_before(header, NOON) is None


@given(st.text(max_size=40))
def test_nothing_a_service_says_silences_a_route_for_longer_than_a_day(header: str) -> None:
    named = not_before(header, NOON)
    assert named is None or named <= NOON + LONGEST
