"""Waivers: a finding that somebody answers for is shown as waived and leaves the exit status alone.

Only a finding is ever waived. Blind stays blind, and a check that holds under a waiver says that nobody needs it.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import UsageProblem
from ops_tests.plugin.applicable import item_target
from ops_tests.plugin.jotter import check_id, is_check, jotter_of
from ops_tests.plugin.state import Run, run_of
from ops_tests.rules import waivers as rules
from ops_tests.waiver_file import load_waivers, waivers_path

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Waiver


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Read the waivers of every target, in workers too, once the targets are known."""
    run = run_of(session.config)
    if run is not None:
        run.waivers = _waivers(run, session.config.rootpath)
    yield


def _waivers(run: Run, project: Path) -> dict[str, tuple[Waiver, ...]]:
    try:
        files = {name: waivers_path(target, project) for name, target in run.targets.items()}
        read = {file: load_waivers(file) for file in dict.fromkeys(files.values())}
    except UsageProblem as error:
        raise pytest.UsageError(str(error)) from None
    return {name: read[file] for name, file in files.items()}


def _covering(item: pytest.Item, run: Run) -> Waiver | None:
    return rules.covering(run.waivers.get(item_target(item, run).name, ()), check_id(item))


def waive(item: pytest.Item, run: Run, sentence: str) -> tuple[Waiver | None, str]:
    """What becomes of a finding: its waiver, if one holds, and its sentence, which tells of one that has ended."""
    waiver, today = _covering(item, run), datetime.now(UTC).date()
    if waiver is None:
        return None, sentence
    if rules.expired(waiver, today):
        return None, f"{sentence}; {rules.expiry(waiver)}"
    jotter_of(item).notes.extend(rules.notice(waiver, today))
    return waiver, sentence


def with_unneeded(run: Run, checks: Sequence[CheckRecord]) -> list[CheckRecord]:
    """The run's records, with a note on what holds under a waiver that nobody needs."""
    by_target: dict[str, list[CheckRecord]] = {}
    for check in checks:
        by_target.setdefault(check.target, []).append(check)
    return [one for name, own in by_target.items() for one in rules.with_unneeded(run.waivers.get(name, ()), own)]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tell of a waiver that covers no check there is; only where whole folders were asked for are all of them here."""
    run = run_of(config)
    if run is None or not all(Path(config.invocation_params.dir, one).is_dir() for one in config.args):
        return
    checks = [check_id(item) for item in items if is_check(item)] if any(run.waivers.values()) else []
    idle = dict.fromkeys(one for waivers in run.waivers.values() for one in rules.idle(waivers, checks))
    run.complaints.extend(f'waivers.toml: "{one.check}" covers no check there is; correct it' for one in idle)
