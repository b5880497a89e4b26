"""Waivers: a finding that somebody answers for is shown as waived and leaves the exit status alone.

Only a finding is ever waived. Blind stays blind, and a check that holds under a waiver says that nobody needs it.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.errors import UsageProblem
from ops_tests.plugin.applicable import item_target
from ops_tests.plugin.recording import check_id, jotter_of
from ops_tests.plugin.state import Run, run_of
from ops_tests.records.run import Waiver
from ops_tests.rules import waivers as rules
from ops_tests.waiver_file import load_waivers, waivers_path


@pytest.hookimpl(wrapper=True)
def pytest_sessionstart(session: pytest.Session) -> Generator[None, None, None]:
    """Read the waivers of every target, in workers too, once the targets are known."""
    run = run_of(session.config)
    if run is not None:
        run.waivers = _waivers(run, session.config.rootpath)
    yield


def _waivers(run: Run, project: Path) -> dict[str, tuple[Waiver, ...]]:
    try:
        return {name: load_waivers(waivers_path(target, project)) for name, target in run.targets.items()}
    except UsageProblem as error:
        raise pytest.UsageError(str(error)) from None


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


def note_if_unneeded(item: pytest.Item, run: Run) -> None:
    """Note on a check that holds that its waiver can go."""
    waiver = _covering(item, run)
    if waiver is not None:
        jotter_of(item).notes.append(rules.unneeded(waiver))
