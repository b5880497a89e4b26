"""A hundred targets in four processes: each checked once and kept once in one history, and only what is ill is red."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from tests.many.running import run_at_once
from tests.many.systems import CHECKS, FAULT, ILL, TARGETS, Systems, systems

pytestmark = pytest.mark.long
SHARDS = [(f"--shard={number}/4",) for number in range(1, 5)]
KEPT = "SELECT target, check_name, outcome FROM ops_check WHERE outcome <> 'not applicable'"


@pytest.fixture(scope="module")
def hundred() -> Iterator[Systems]:
    """The targets, kept up for all tests of this file."""
    with systems() as made:
        yield made


def prove_each_once(cursor: Any, names: Sequence[str], runs: int) -> None:
    """Every target has one run, every run its checks, and the only red is the ill one's."""
    cursor.execute("SELECT count(*), count(DISTINCT run_id) FROM ops_run")
    assert cursor.fetchall() == [(TARGETS, runs)]
    cursor.execute(KEPT)
    kept = cursor.fetchall()
    assert len(kept) == TARGETS * len(CHECKS)
    assert {(target, check) for target, check, _ in kept} == {(name, check) for name in names for check in CHECKS}
    assert [(target, check) for target, check, outcome in kept if outcome not in {"ok", "note"}] == [
        (ILL, f"{FAULT.replace('-', '_')}/no_unprocessed_dead_letters")
    ]


def test_four_workers_of_one_run_lose_nothing_and_keep_nothing_twice(hundred: Systems) -> None:
    with hundred.empty_history() as cursor:
        took = run_at_once(hundred, TARGETS, [("-n4",)])
        assert took.statuses == (1,), took.output
        assert f"FINDING L1 on {ILL}: 1 of {TARGETS * len(CHECKS)} checks: " in took.output
        prove_each_once(cursor, hundred.names, runs=1)


def test_four_machines_with_a_shard_each_lose_nothing_and_keep_nothing_twice(hundred: Systems) -> None:
    with hundred.empty_history() as cursor:
        took = run_at_once(hundred, TARGETS, SHARDS)
        assert sorted(took.statuses) == [0, 0, 0, 1], took.output
        assert took.output.count(f"FINDING L1 on {ILL}: 1 of ") == 1
        prove_each_once(cursor, hundred.names, runs=4)
