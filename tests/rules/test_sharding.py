"""Targets fall into shards by their names alone."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.rules.sharding import Shard, shard_of


@given(st.text(min_size=1), st.integers(1, 50))
def test_every_target_falls_into_exactly_one_shard(name: str, of: int) -> None:
    assert [Shard(number, of).holds(name) for number in range(1, of + 1)].count(True) == 1


def test_where_a_target_falls_is_the_same_on_every_machine_and_for_ever() -> None:
    found = {name: next(n for n in range(1, 5) if Shard(n, 4).holds(name)) for name in ("shop", "timedify", "a", "b")}
    assert found == {"shop": 1, "timedify": 4, "a": 4, "b": 2}


def test_a_hundred_targets_are_spread_fairly() -> None:
    counted = Counter(n for name in range(100) for n in range(1, 5) if Shard(n, 4).holds(f"shop-{name:03}"))
    assert all(15 <= count <= 35 for count in counted.values())


@pytest.mark.parametrize("text", ["0/4", "5/4", "0/0", "1/0"])
def test_a_shard_that_is_none_names_those_there_are(text: str) -> None:
    with pytest.raises(ValueError, match=r"counts from 1, so Kubernetes' index.*JOB_COMPLETION_INDEX \+ 1"):
        shard_of(text)


@pytest.mark.parametrize("text", ["", "1", "1/", "a/b", "-1/4", "1/4/2", "1 / 4", "1.0/4"])
def test_what_is_no_shard_at_all_is_told_how_to_be_one(text: str) -> None:
    with pytest.raises(ValueError, match="--shard wants I/N, like 1/4"):
        shard_of(text)


def test_a_shard_is_read_as_it_is_written() -> None:
    assert str(shard_of("3/12")) == "3/12"
