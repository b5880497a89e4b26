"""Four machines meet at one PostgreSQL: on an empty one, and while what is old goes."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from ops_tests.plugin.history import writing
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.schema import MIGRATIONS
from ops_tests.plugin.history.store import visit
from ops_tests.plugin.history.upkeep import BATCH, RETENTION
from ops_tests.sandbox.postgres import Postgres
from tests.history.conftest import check, database_of, run

WRITERS, TARGETS, ROUNDS = 4, 25, 20
OLD = 5 * BATCH
"""Runs that began before the retention; each writer deletes a batch of them."""
LATER = RETENTION / timedelta(minutes=1) + OLD


def write(url: str, writer: int, minute: float) -> None:
    """Write one run on many targets, as one machine of several does."""
    targets = [f"shop-{writer}-{number}" for number in range(TARGETS)]
    checks = [check(name, target=target) for target in targets for name in ("shop/open", "shop/lit")]
    record = run(minute, *checks).model_copy(update={"run_id": f"{writer}-{minute}"})
    visit(Place(Path(), url), partial(writing.write, record=record, targets=record.targets))


@pytest.fixture(scope="module")
def machines() -> Iterator[ProcessPoolExecutor]:
    """A process for each writer."""
    with ProcessPoolExecutor(WRITERS, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def counted(url: str, table: str) -> int:
    ((count,),) = visit(Place(Path(), url), lambda history: history.rows(f"SELECT count(*) FROM {table}"))
    return int(count)


@pytest.mark.long
def test_four_that_meet_an_empty_history_make_it_once_and_lose_nothing(
    server: Postgres, machines: ProcessPoolExecutor
) -> None:
    for _ in range(ROUNDS):
        url = database_of(server)
        list(machines.map(partial(write, url, minute=1.0), range(WRITERS)))
        assert counted(url, "ops_migration") == len(MIGRATIONS)
        assert counted(url, "ops_run") == WRITERS * TARGETS
        assert counted(url, "ops_check") == 2 * WRITERS * TARGETS


@pytest.mark.long
def test_four_that_delete_what_is_old_at_once_wait_for_none_in_a_circle(
    server: Postgres, machines: ProcessPoolExecutor
) -> None:
    url = database_of(server)
    old = run(0, *(check(target=f"old-{number:04}") for number in range(OLD)))
    visit(Place(Path(), url), partial(writing.write, record=old, targets=old.targets))
    for turn in range(5):
        list(machines.map(partial(write, url, minute=LATER + turn), range(WRITERS)))
    assert counted(url, "ops_run WHERE substr(target, 1, 4) = 'old-'") == 0
    assert counted(url, "ops_run") == 5 * WRITERS * TARGETS
