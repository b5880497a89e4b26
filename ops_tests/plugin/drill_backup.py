"""The fixture of the drill that restores a backup; only it loads what dumps and restores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.plugin.applicable import NEEDS, fixture_names, needs_parts
from ops_tests.plugin.drill_ground import is_asked_for
from ops_tests.plugin.state import run_of

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.plugin.options import Settings
    from ops_tests.records.restore import Restore
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint

TIMEOUT_SECONDS = 4 * 3600
"""A large database takes its time; each step gives up before, and says so by its name."""


def _is_made(target: Target, endpoint: Endpoint | None, settings: Settings) -> str:
    asked = is_asked_for(target, endpoint, settings)
    return asked or needs_parts("database.backup_secret_env")(target, endpoint, settings)


NEEDS["restored_backup"] = _is_made


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a check that restores more time than one that looks."""
    for item in items:
        if "restored_backup" in fixture_names(item):
            item.add_marker(pytest.mark.timeout(TIMEOUT_SECONDS))


@pytest.fixture
def restored_backup(request: pytest.FixtureRequest, target: Target, permit: Permit) -> Restore:
    """The target's backup, restored into an empty server that is gone again (only with its ``backup_secret_env``)."""
    from ops_tests.acts.restoring import restored
    from ops_tests.rules import restores

    run = run_of(request.config)
    assert run is not None, "drills are made only in a run of checks"  # noqa: S101  # cannot happen behind `permit`
    restore = restored(target, permit, run.tell_progress)
    run.drills.append(restores.drill(target.name, restore))
    return restore
