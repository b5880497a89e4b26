"""A drill that is ended at any step leaves the target as it was: by itself where it can, by ``recover`` where not."""

from __future__ import annotations

import re

import pytest

from tests.drill.conftest import NAME, Shop
from tests.drill.dying import STEPS
from tests.drill.killed_table import Row, Told

SLICE = ("letter planted",)
"""For ``make test``; ``make test-long`` has all."""
INTERRUPTED = ("first restart under way", "previous image under way", "present image under way", "letter planted")


def select(step: str) -> tuple[str, ...]:
    """The words that make only the drill that dies at the step."""
    return ("-k", STEPS[step].drill, "--drill", "rollback", "-p", "tests.drill.dying")


@pytest.mark.parametrize(
    "step", [pytest.param(step, marks=[] if step in SLICE else pytest.mark.long) for step in STEPS]
)
def test_a_drill_killed_at_a_step_is_undone_by_recover(shop: Shop, step: str, table: Told) -> None:
    died = shop.drill(*select(step), DIES_AT=step, DIES_BY="SIGKILL")
    assert died.returncode == -9, died.stdout
    left = shop.left()
    was_open = shop.journal.exists()
    if was_open:
        refused = shop.drill("-k", STEPS[step].drill, "--drill", "rollback")
        assert refused.returncode == 4, refused.stdout
        assert f"recover --target target.toml --permit {NAME} --yes" in refused.stderr
    recovered = shop.recover()
    table(Row(step, "SIGKILL", left, recovered.stdout.splitlines(), shop.left()))
    assert recovered.returncode == 0, recovered.stderr
    assert (shop.left(), shop.journal.exists()) == ([], False)
    assert bool(re.search("nothing is to be undone", recovered.stdout)) is not was_open


@pytest.mark.long
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("step", INTERRUPTED)
def test_a_drill_interrupted_at_a_step_undoes_itself(shop: Shop, step: str, number: str, table: Told) -> None:
    ended = shop.drill(*select(step), DIES_AT=step, DIES_BY=number)
    table(Row(step, number, shop.left(), ["by itself"], shop.left()))
    assert ended.returncode == 2, ended.stdout
    assert (shop.left(), shop.journal.exists()) == ([], False)
    assert f"undone on {NAME}: " in ended.stdout
