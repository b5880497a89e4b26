"""Faults of releases and routine: tags, changelog, lock file, and the clone they are read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import CHANGELOG, DEPENDENCIES, TAGGED
from ops_tests.sandbox.fault import Fault, blind, finding, note

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario


def _repository(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, repository=replace(scenario.repository, **changes))


def _without_labels(scenario: Scenario) -> Scenario:
    return replace(scenario, platform=replace(scenario.platform, names_commits=False))


FAULTS = (
    Fault("tag-missing", "nobody tagged the newest release",
          finding("L1", TAGGED), _repository(tagged="not")),
    Fault("tag-elsewhere", "the newest tag stands at a commit that was not released",
          finding("L1", TAGGED), _repository(tagged="elsewhere")),
    Fault("changelog-behind", "the changelog has no section for the newest tag",
          finding("L1", CHANGELOG), _repository(changelog_names_it=False)),
    Fault("image-unlabelled", "no image says which commit it was built from",
          blind(TAGGED), _without_labels),
    Fault("clone-shallow", "the clone of the repository is shallow",
          blind(TAGGED, CHANGELOG, DEPENDENCIES), _repository(shallow=True)),
    Fault("lock-file-old", "the dependencies' lock file was last changed 120 days ago",
          note(DEPENDENCIES), _repository(lock_file_days_ago=120)),
)  # fmt: skip
