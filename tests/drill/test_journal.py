"""The undo journal: what is written stands, what was cut off was not begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.acts.journal import Deploying, Journal, Planting, Restarting
from ops_tests.errors import Unparsable

RESTART = Restarting(run_id="1", machine="a")
DEPLOY = Deploying(run_id="1", image="registry.fly.io/shop:one", to="registry.fly.io/shop:two", newest=42)
PLANT = Planting(run_id="1", letter="ops-1", shop="ops-1.myshopify.com")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """A journal in a folder that is made when it is needed."""
    return Journal(tmp_path / "reports" / ".shop.journal")


def test_without_a_file_nothing_is_open(journal: Journal) -> None:
    assert journal.open_entries() == {}


def test_what_was_begun_and_not_undone_is_open_in_its_order(journal: Journal) -> None:
    numbers = [journal.begin(one) for one in (RESTART, DEPLOY, PLANT)]
    journal.undone(numbers[1])
    assert list(journal.open_entries().values()) == [RESTART, PLANT]


def test_with_the_last_entry_the_file_goes(journal: Journal, tmp_path: Path) -> None:
    number = journal.begin(RESTART)
    journal.undone(number)
    assert not (tmp_path / "reports" / ".shop.journal").exists()


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_an_entry_that_was_cut_off_was_not_begun_and_the_next_is_whole(
    journal: Journal, tmp_path: Path, cut: int
) -> None:
    journal.begin(RESTART)
    journal.begin(DEPLOY)
    file = tmp_path / "reports" / ".shop.journal"
    file.write_bytes(file.read_bytes()[:-cut])
    assert list(journal.open_entries().values()) == [RESTART]
    number = journal.begin(PLANT)
    assert journal.open_entries() == {0: RESTART, number: PLANT}


@pytest.mark.parametrize(
    "line", ["", "{}", '{"act": "restart"}', '{"act": "delete", "run_id": "1"}', "[]", '{"undone": "x"}']
)
def test_a_line_nobody_wrote_is_told_with_its_number(journal: Journal, tmp_path: Path, line: str) -> None:
    journal.begin(RESTART)
    file = tmp_path / "reports" / ".shop.journal"
    file.write_text(f"{file.read_text()}{line}\n")
    with pytest.raises(Unparsable, match=r"line 2, is no entry of an undo journal"):
        journal.open_entries()


def test_nobody_else_may_read_it(journal: Journal, tmp_path: Path) -> None:
    journal.begin(RESTART)
    assert (tmp_path / "reports" / ".shop.journal").stat().st_mode & 0o777 == 0o600
