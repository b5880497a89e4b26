"""Do the Worker's invocations end well, and is its database there?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import workers as rules
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured
    from ops_tests.records.platform import Release
    from ops_tests.records.workers import D1Answer, D1Bookmark, Watch


@pytest.mark.daily
@pytest.mark.post_deploy
@pytest.mark.runbook("workers.md#no-invocation-fails")
def test_no_invocation_fails(watch: Watch, measured: Measured, evidence: Evidence) -> None:
    """For some seconds, in which our own request was seen, every invocation ended well and answered below 500."""
    evidence(rules.described(watch))
    measured(rules.failed(watch), fixed(0, "failed invocations"), samples=len(watch.invocations))
    failing = rules.failing(watch)
    assert not failing, f"{listed(failing)}; expected every outcome ok and every answer below 500"


@pytest.mark.weekly
@pytest.mark.monthly
@pytest.mark.runbook("workers.md#staging-is-not-behind-production")
def test_staging_is_not_behind_production(
    staging_releases: tuple[Release, ...], releases: tuple[Release, ...], measured: Measured
) -> None:
    """What production runs was deployed to staging first."""
    behind = rules.behind(staging_releases, releases)
    measured(len(behind), fixed(0, "changes past staging"))
    assert not behind, f"{listed(behind)}; expected every change on staging first (platform.staging)"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("workers.md#d1-answers")
def test_d1_answers(d1_answer: D1Answer, limits: Limits, measured: Measured, evidence: Evidence) -> None:
    """The D1 database answers a statement in time, asked from outside."""
    evidence(rules.answered_in(d1_answer))
    unanswered = rules.unanswered(d1_answer, limits.database_seconds)
    measured(d1_answer.sql_seconds, limits.database_seconds)
    measured(len(unanswered), fixed(0, "missing answers"))
    assert not unanswered, f"{listed(unanswered)}; expected 1 within {limits.database_seconds}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("workers.md#d1-is-recoverable")
def test_d1_is_recoverable(d1_bookmark: D1Bookmark, measured: Measured, evidence: Evidence) -> None:
    """Time travel has a bookmark of now, so that the database can be led back to it for 30 days."""
    evidence(f"bookmark {d1_bookmark.bookmark}")
    unrecoverable = rules.unrecoverable(d1_bookmark)
    measured(len(unrecoverable), fixed(0, "missing bookmarks"))
    assert not unrecoverable, f"{listed(unrecoverable)}; expected a bookmark (wrangler d1 time-travel info)"
