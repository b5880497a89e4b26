"""Asking again while the other side limits our rate, and no longer than there is time."""

from __future__ import annotations

import pytest

from ops_tests.clients import repeating
from ops_tests.clients.remarks import unheard
from ops_tests.errors import RateLimited


def tries(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[float]:
    """What each try of a read that is always limited was told to be left."""
    monkeypatch.setattr(repeating, "PAUSES", (0.01, 0.02))
    told: list[float] = []

    def read(left: float) -> None:
        told.append(left)
        raise RateLimited("slow down; expected lines")

    with pytest.raises(RateLimited):
        repeating.at_their_pace(read, "a read", unheard, seconds)
    return told


def test_three_tries_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = tries(monkeypatch, 60)
    assert first == 60
    assert third < second < first


def test_no_try_begins_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    assert tries(monkeypatch, 0.005) == [0.005]
