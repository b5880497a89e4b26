"""Does the repository tell what was released, and are its dependencies kept up?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import repository as rules
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.repository import Changelog, FileChange, Tag


@pytest.mark.monthly
@pytest.mark.runbook("repository.md#newest-release-is-tagged")
def test_newest_release_is_tagged(
    released_commit: str, version_tags: tuple[Tag, ...], measured: Measured, evidence: Evidence
) -> None:
    """The commit that the newest complete release was built from bears a version's tag."""
    tags = rules.tags_at(released_commit, version_tags)
    evidence(f"commit {released_commit[:12]} bears {listed(tags) or 'no tag v*'}")
    measured(1 - bool(tags), fixed(0, "untagged releases"))
    assert tags, (
        f"the released commit is {released_commit[:12]}, {rules.described(version_tags)}; expected a tag v* at it"
    )


@pytest.mark.monthly
@pytest.mark.runbook("repository.md#changelog-names-the-version")
def test_changelog_names_the_version(changelog: Changelog, measured: Measured, evidence: Evidence) -> None:
    """The changelog has a section for the newest tag."""
    evidence(f"the newest tag is {changelog.tag}")
    unnamed = rules.unnamed(changelog)
    measured(len(unnamed), fixed(0, "versions without a section"))
    assert not unnamed, f"{listed(unnamed)}; expected a heading with its version (repository.changelog)"


@pytest.mark.monthly
@pytest.mark.runbook("repository.md#dependencies-were-updated")
def test_dependencies_were_updated(
    lock_file_change: FileChange, limits: Limits, now: datetime, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """The day of the last update of the dependencies is known, and long ago it is a note."""
    evidence(f"{lock_file_change.path} was last changed on {lock_file_change.changed_at:%Y-%m-%d}")
    note(*rules.reminder(lock_file_change, now, limits.lock_file_age_days))
    measured(rules.age_days(lock_file_change, now), limits.lock_file_age_days)
    assert lock_file_change.commit, f"no commit changed {lock_file_change.path}; expected one (repository.lock_file)"
