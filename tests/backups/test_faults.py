"""Every fault of a backup turns the drill, with the word and the level it names; without one it holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.sandbox.checks_by_need import RESTORABLE
from ops_tests.sandbox.faults import FAULTS
from tests.fault_table import Tried
from tests.running import Finished, run_suite

SLICE = ("backup-truncated", "backup-table-missing", "backup-older-major", "backup-role-may-not-read")
"""One of each kind, for ``make test``."""
SAID = {
    "backup-truncated": "pg_restore gave up (could not read from input file: end of file)",
    "backup-empty": "newest.dump, 0 B: pg_restore gave up (input file is too short",
    "backup-foreign": "public.Session is missing",
    "backup-older-major": "it is of PostgreSQL 16, made by pg_dump 16, and the server is 18;",
    "backup-stale": "its newest row is 30.",
    "backup-table-missing": "PostgreSQL 18: public.dead_letters is missing;",
    "backup-rows-missing": "public.webhook_events has 0 rows where 2,",
    "backup-absent": "newest.dump is not there; expected a dump",
    "backup-role-may-not-read": "Next, as superuser: GRANT pg_read_all_data TO",
    "backup-given": "",
}


def drilled(folder: Path, *arguments: str) -> Finished:
    """A run of the sandbox that makes this drill alone."""
    return run_suite(folder, "--target", "sandbox", "-m", "acts", "-k", "backup_is_restorable", *arguments)


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name in SLICE else pytest.mark.long) for name in SAID])
def test_a_fault_turns_what_it_names_and_says_why(name: str, tmp_path: Path, tried: Tried) -> None:
    finished = drilled(tmp_path, "--fault", name)
    wanted: dict[str, tuple[str, str | None]] = {turn.check: (turn.outcome, turn.level) for turn in FAULTS[name].turns}
    tried(f"{name}, in a drill", wanted, finished.turned())
    assert finished.turned() == wanted, finished.output
    assert SAID[name] in " ".join(one.sentence for one in finished.checks())


def test_every_fault_of_this_check_is_tried() -> None:
    named = {name for name, fault in FAULTS.items() if RESTORABLE in {turn.check for turn in fault.turns}}
    assert named == {*SAID} - {"backup-given"}


def test_a_dump_taken_now_is_restorable_and_the_run_tells_the_drill(tmp_path: Path) -> None:
    finished = drilled(tmp_path)
    assert (finished.status, finished.record is not None) == (0, True), finished.output
    (drill,) = finished.record.drills if finished.record else ()
    assert (drill.target, drill.name) == ("sandbox", "backup is restorable")
    assert [one.name for one in drill.figures] == ["recovery point", "restore time", "dump time", "size", "restored"]
    assert [one.text for one in drill.spans] == [
        "start an empty server", "dump", "count", "restore", "compare", "agrees"
    ]  # fmt: skip


@pytest.mark.long
def test_a_database_behind_a_proxy_is_dumped_through_it(tmp_path: Path) -> None:
    finished = drilled(tmp_path, "--fault", "database-by-proxy")
    assert (finished.status, finished.turned()) == (0, {}), finished.output


@pytest.mark.long
def test_a_proxy_that_gets_no_tunnel_leaves_it_blind(tmp_path: Path) -> None:
    finished = drilled(tmp_path, "--fault", "proxy-refused")
    assert finished.turned() == {RESTORABLE: ("blind", None)}
