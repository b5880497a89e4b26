"""What breaks the run and not the target: no network, no place for reports; and how the fault matrix is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops_tests.sandbox.embedded import Sandbox, write_files
from tests.fault_table import Row, Tried, in_words, spread, table
from tests.patience import seen
from tests.running import environment, run_suite

ON_THIS_MACHINE = {"repository/changelog_names_the_version", "repository/dependencies_were_updated"}
"""They read a clone beside the checks."""


@pytest.fixture
def unreachable(tmp_path: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """A target of which nothing can be reached, like its control address, and the variables it needs."""
    sandbox = Sandbox.start(("application-unknown-host", "database-unknown-host", "fly-missing"))
    write_files(sandbox, tmp_path)
    file = tmp_path / "target.toml"
    described = file.read_text(encoding="utf-8")
    file.write_text(
        described.replace("base_url =", 'control_url = "http://control.example.invalid"\nbase_url ='), encoding="utf-8"
    )
    yield file, environment(**sandbox.environment)
    sandbox.stop()


@pytest.mark.long
def test_without_a_network_every_check_that_needs_it_is_blind_and_none_red(
    unreachable: tuple[Path, dict[str, str]], tmp_path: Path, tried: Tried
) -> None:
    file, environ = unreachable
    finished = run_suite(tmp_path, f"--target={file}", environ=environ)
    blind: dict[str, tuple[str, str | None]] = {
        one.check: ("blind", None)
        for one in finished.checks()
        if one.outcome != "not applicable" and one.check not in ON_THIS_MACHINE
    }
    tried("(runner without network)", blind, seen(finished))
    assert seen(finished) == blind, finished.output[-3000:]
    assert (finished.status, len(blind) > 50) == (10, True)


@pytest.mark.long
def test_where_no_report_can_be_written_the_run_says_so_and_judges_all_the_same(tmp_path: Path, tried: Tried) -> None:
    (tmp_path / "reports").write_text("in the way")
    finished = run_suite(tmp_path, "--target", "sandbox", "-k", "platform")
    told = f"no report was written: {tmp_path / 'reports'} is not writable; chown it" in finished.lines
    tried(
        "(reports not writable)", {"the last lines": ("note", None)}, {"the last lines": ("note", None)} if told else {}
    )
    assert told, finished.output
    assert (finished.status, "OK on sandbox: " in finished.output) == (0, True)


def test_the_table_ends_with_the_count() -> None:
    rows = [Row("one", "nothing", "nothing", True, 2, 1), Row("other", "blind x", "nothing", False, 1, 2)]
    lines = table(rows)
    assert lines[-1] == "2 faults, 1 as declared, 1 otherwise"
    assert [re.split("  +", line)[3] for line in lines[1:-1]] == ["as declared, run 2", "OTHERWISE"]


def test_several_checks_are_counted_and_one_is_named() -> None:
    assert (
        in_words({"a/b": ("finding", "L1"), "c/d": ("blind", None), "e/f": ("blind", None)}) == "L1 a/b; blind 2 checks"
    )
    assert in_words({}) == "nothing"


def test_rows_that_wait_are_spread_among_the_others_by_how_long() -> None:
    rows = spread([*range(100), "40 s", "10 s", "10 s, too"], lambda row: int(row[:2]) if isinstance(row, str) else 0)
    assert [(place, row) for place, row in enumerate(rows) if isinstance(row, str)] == [
        (1, "40 s"), (52, "10 s"), (65, "10 s, too")
    ]  # fmt: skip
    assert [row for row in rows if isinstance(row, int)] == list(range(100))


def test_where_nothing_waits_rows_stay_where_they_are() -> None:
    assert spread([3, 1, 2], lambda _: 0) == [3, 1, 2]
