"""Judging backups: the newest finished one counts, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.backups import Backup, Shelf, State
from ops_tests.rules import backups

NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)
LIMIT = Limits().backup_age_hours


def backup(hours: float, state: State = "finished") -> Backup:
    return Backup("b", state, state, NOW - timedelta(hours=hours))


def said(*found: Backup) -> list[str]:
    return backups.stale([Shelf("volume v", found)], NOW, LIMIT)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((backup(4),), []),
        ((backup(25.9), backup(50)), []),
        ((backup(50), backup(4)), []),
        ((backup(4), backup(1, "failed")), []),
        ((backup(30),), ["the newest finished backup of volume v is 30 h old"]),
        ((backup(30), backup(2, "failed")), ["... is 30 h old, a later one is failed"]),
        ((backup(2, "unfinished"),), ["volume v has no finished backup (unfinished)"]),
        ((), ["volume v has no finished backup and lists none at all"]),
        ((backup(-5),), ["volume v has no finished backup (finished)"]),
        ((backup(30, "unknown"), backup(40)), ["... is 40 h old, a later one is unknown"]),
    ],
)
def test_only_a_fresh_finished_backup_is_one(found: tuple[Backup, ...], expected: list[str]) -> None:
    assert [one.replace("the newest finished backup of volume v", "...") for one in said(*found)] == [
        one.replace("the newest finished backup of volume v", "...") for one in expected
    ]


def test_a_clock_that_is_a_little_ahead_is_no_matter() -> None:
    assert said(backup(-0.1)) == []
    assert backups.oldest_hours([Shelf("v", (backup(-0.1),))], NOW) == 0


def test_a_young_backup_in_an_unknown_state_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="a young backup of volume v is unknown; expected one that is finished"):
        said(backup(30), backup(3, "unknown"))


def test_every_place_must_be_fresh_and_each_is_named() -> None:
    shelves = [Shelf("volume v", (backup(4),)), Shelf("cluster c", (backup(90),)), Shelf("volume w", ())]
    found = backups.stale(shelves, NOW, LIMIT)
    assert [one.partition(" is ")[0] for one in found] == [
        "the newest finished backup of cluster c",
        "volume w has no finished backup and lists none at all",
    ]


def test_no_place_at_all_proves_nothing() -> None:
    with pytest.raises(NotCovered, match="no backup place is named"):
        backups.stale([], NOW, LIMIT)
