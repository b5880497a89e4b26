"""Is the application there, is it well, and is it quick?"""

from __future__ import annotations

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.plugin.recording import Measured, Note
from ops_tests.records.web import Answer, HealthAttempt
from ops_tests.rules import health as rules
from ops_tests.rules.wording import listed
from ops_tests.target import HealthPart


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.dr_drill
@pytest.mark.runbook("availability.md#health-answers-200")
def test_health_answers_200(health_attempt: HealthAttempt, measured: Measured) -> None:
    """The health path answers 200 from its own host."""
    wrong = rules.wrong_answers(health_attempt)
    measured(len(wrong), fixed(0, "wrong answers"), rules.outage_level(health_attempt))
    assert not wrong, f"{listed(wrong)}; expected 200. Next: curl -v --max-time 10 {health_attempt.url}"


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("availability.md#health-body-says-healthy")
def test_health_body_says_healthy(health: Answer, health_part: HealthPart, measured: Measured) -> None:
    """The body of the health answer says that the application is well; a 200 alone does not."""
    unhealthy = rules.unhealthy_fields(health, health_part)
    measured(len(unhealthy), fixed(0, "unhealthy fields"))
    assert not unhealthy, f"{listed(unhealthy)}; expected a healthy body (health.expect)"


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.post_deploy
@pytest.mark.runbook("availability.md#health-answers-in-time")
def test_health_answers_in_time(
    health_attempt: HealthAttempt, health: Answer, limits: Limits, measured: Measured, note: Note
) -> None:
    """The health path answers within a second; a machine that had to be woken first is asked once more."""
    note(*rules.cold_start_notes(health_attempt))
    seconds = measured(health.seconds, limits.health_seconds)
    assert seconds <= limits.health_seconds.value, f"health took {seconds:.2f} s; the limit is {limits.health_seconds}"
