"""Is the application there, is it well, is it quick, and may a browser trust the way to it?"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import certificates as certificate_rules
from ops_tests.rules import edge, percentiles
from ops_tests.rules import health as rules
from ops_tests.rules.wording import duration, listed

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.certificates import CertificateAttempt
    from ops_tests.records.web import Answer, HealthAttempt
    from ops_tests.records.webhooks import ResponseTimes
    from ops_tests.target import Target
    from ops_tests.target_parts import HealthPart, Page


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.dr_drill
@pytest.mark.runbook("availability.md#health-answers-200")
def test_health_answers_200(health_attempt: HealthAttempt, target: Target, measured: Measured) -> None:
    """The health path answers 200 from its own host."""
    wrong = rules.wrong_answers(health_attempt)
    measured(len(wrong), fixed(0, "wrong answers"), rules.outage_level(health_attempt))
    assert not wrong, f"{listed(wrong)}; expected 200. Next: {target.curl} {health_attempt.url}"


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
    took = duration(seconds)
    assert seconds <= limits.health_seconds.value, f"health took {took}; the limit is {limits.health_seconds}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("availability.md#certificate-is-valid-and-not-near-its-end")
def test_certificate_is_valid_and_not_near_its_end(
    certificates: tuple[CertificateAttempt, ...], limits: Limits, now: datetime, measured: Measured, note: Note
) -> None:
    """Browsers accept each certificate's chain, host and dates, and will for two weeks at least."""
    note(*certificate_rules.renewal_notes(certificates, limits, now))
    measured(certificate_rules.fewest_days(certificates, now), limits.certificate_days)
    ending = certificate_rules.ending(certificates, limits, now)
    assert not ending, f"{listed(ending)}; expected at least {limits.certificate_days} to be left"


@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("availability.md#plain-http-redirects-to-https")
def test_plain_http_redirects_to_https(plain_http_answer: Answer, target: Target, measured: Measured) -> None:
    """Plain HTTP leads to HTTPS on the same host, for good."""
    wrong = edge.redirect_faults(plain_http_answer, target.base_url)
    measured(len(wrong), fixed(0, "wrong answers"))
    assert not wrong, f"{listed(wrong)}; expected 301 or 308 to {target.base_url}"


@pytest.mark.weekly
@pytest.mark.runbook("availability.md#www-leads-to-the-apex")
def test_www_leads_to_the_apex(www_answer: Answer, target: Target, measured: Measured) -> None:
    """The www address leads to the apex for good, with the path and the query that were asked for."""
    wrong = edge.www_faults(www_answer, target.base_url)
    measured(len(wrong), fixed(0, "wrong answers"))
    assert not wrong, f"{listed(wrong)}; expected 301 to {target.base_url}{edge.WWW_PATH} (https.www_url)"


@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("availability.md#security-headers-are-set")
def test_security_headers_are_set(front_page: Answer, headers_part: dict[str, str | bool], measured: Measured) -> None:
    """The front page bears the security headers of the target file."""
    wrong = edge.header_faults(front_page, headers_part)
    measured(len(wrong), fixed(0, "headers"))
    assert not wrong, f"{front_page.url}: {listed(wrong)}; expected the {len(headers_part)} headers of [headers]"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("availability.md#other-pages-answer")
def test_other_pages_answer(page_answer: Answer, page: Page, measured: Measured) -> None:
    """The page answers with its status, and from its own place."""
    wrong = edge.page_faults(page_answer, page.status)
    measured(len(wrong), fixed(0, "wrong answers"), edge.page_level(page))
    assert not wrong, f"{listed(wrong)}; expected {page.status} (pages.status)"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("availability.md#api-answers-within-the-objective")
def test_api_answers_within_the_objective(
    api_times: ResponseTimes, limits: Limits, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Of the answers to latency_paths 95 % come within the objective, where there were enough to tell."""
    look = percentiles.judged("p95", api_times, limits.api_p95_ms)
    evidence(*percentiles.evidence(api_times))
    note(*percentiles.undecided(look, limits.api_p95_ms))
    measured(look.percentile.value, limits.api_p95_ms, samples=look.samples)
    failed = percentiles.failed(look)
    assert not failed, f"{listed(failed)}; the limit is {limits.api_p95_ms}"
