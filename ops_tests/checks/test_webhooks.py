"""Do the webhook endpoints do their work, for Shopify and for nobody else?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import percentiles
from ops_tests.rules import webhooks as rules
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.webhooks import Deliveries, Delivery, Effect, RepeatedDelivery, ResponseTimes
    from ops_tests.target_parts import WebhooksPart


@pytest.mark.daily
@pytest.mark.post_deploy
@pytest.mark.dr_drill
@pytest.mark.runbook("webhooks.md#webhook-accepts-a-signed-delivery")
def test_webhook_accepts_a_signed_delivery(
    signed_delivery: Delivery, signed_deliveries: Deliveries, limits: Limits, measured: Measured
) -> None:
    """A delivery signed as Shopify signs it is answered 200 within Shopify's 5 s."""
    measured(signed_delivery.first_byte_seconds, limits.webhook_seconds)
    refusal = rules.refusal(signed_delivery, signed_deliveries, limits)
    measured(len(refusal), fixed(0, "refusals"), rules.failure_level(signed_deliveries, limits))
    assert not refusal, f"{signed_delivery.path} {listed(refusal)}; expected 200 within {limits.webhook_seconds}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("webhooks.md#signed-delivery-has-its-documented-effect")
def test_signed_delivery_has_its_documented_effect(
    signed_effect: Effect, webhooks_part: WebhooksPart, measured: Measured, evidence: Evidence
) -> None:
    """A signed delivery is followed by the line or the row that proves the work: a 200 alone proves nothing."""
    effect = rules.settled(signed_effect)
    evidence(effect.seen)
    measured(1 - bool(effect.seen), fixed(0, "missing effects"))
    assert effect.seen, (
        f"{effect.delivery.path} answered {effect.delivery.status}, but {effect.expected!r} did not come; "
        f"expected it within {webhooks_part.effect_within_seconds:g} s (webhooks.effect_within_seconds)"
    )


@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.runbook("webhooks.md#webhook-rejects-a-forged-delivery")
def test_webhook_rejects_a_forged_delivery(
    forged_delivery: Delivery, webhooks_part: WebhooksPart, limits: Limits, measured: Measured
) -> None:
    """A delivery with a wrong signature is refused; the app store demands it."""
    measured(forged_delivery.first_byte_seconds, limits.webhook_seconds)
    wrong = rules.misanswered(forged_delivery, webhooks_part.forged_status)
    measured(len(wrong), fixed(0, "wrong answers"))
    expected = rules.statuses(webhooks_part.forged_status)
    assert not wrong, (
        f"{forged_delivery.path} {listed(wrong)} a forged delivery; expected {expected} (webhooks.forged_status)"
    )


@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.runbook("webhooks.md#unsigned-delivery-is-answered-as-documented")
def test_unsigned_delivery_is_answered_as_documented(
    unsigned_delivery: Delivery, webhooks_part: WebhooksPart, limits: Limits, measured: Measured
) -> None:
    """A delivery without a signature is answered as the runbook says."""
    measured(unsigned_delivery.first_byte_seconds, limits.webhook_seconds)
    wrong = rules.misanswered(unsigned_delivery, webhooks_part.unsigned_status)
    measured(len(wrong), fixed(0, "wrong answers"))
    expected = rules.statuses(webhooks_part.unsigned_status)
    assert not wrong, (
        f"{unsigned_delivery.path} {listed(wrong)} an unsigned delivery; expected {expected} (webhooks.unsigned_status)"
    )


@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.audit
@pytest.mark.runbook("webhooks.md#forged-or-unsigned-delivery-has-no-effect")
def test_forged_or_unsigned_delivery_has_no_effect(
    stray_effects: list[Effect], webhooks_part: WebhooksPart, measured: Measured
) -> None:
    """A delivery that Shopify did not sign leaves neither a line nor a row, whatever it was answered."""
    strays = rules.strays(stray_effects)
    measured(len(strays), fixed(0, "stray effects"))
    assert not strays, f"{listed(strays)}; expected no effect within {webhooks_part.effect_within_seconds:g} s"


@pytest.mark.weekly
@pytest.mark.audit
@pytest.mark.runbook("webhooks.md#webhook-refuses-get")
def test_webhook_refuses_get(get_answer: Delivery, webhooks_part: WebhooksPart, measured: Measured) -> None:
    """A GET of the endpoint is refused: it is no page."""
    wrong = rules.misanswered(get_answer, webhooks_part.get_status)
    measured(len(wrong), fixed(0, "wrong answers"))
    expected = rules.statuses(webhooks_part.get_status)
    assert not wrong, f"{get_answer.path} {listed(wrong)} a GET; expected {expected} (webhooks.get_status)"


@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("webhooks.md#delivery-is-recorded-once")
def test_delivery_is_recorded_once(repeated_delivery: RepeatedDelivery, limits: Limits, measured: Measured) -> None:
    """A delivery is a row of webhook_events, and the same delivery again is no second row."""
    measured(repeated_delivery.first.first_byte_seconds, limits.webhook_seconds)
    wrong = rules.miscounted_rows(repeated_delivery)
    measured(len(wrong), fixed(0, "miscounts"))
    assert not wrong, (
        f"{repeated_delivery.first.path} sent twice under one id: {listed(wrong)}; expected exactly one row"
    )


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("webhooks.md#p95-of-webhook-delivery-is-within-the-objective")
def test_p95_of_webhook_delivery_is_within_the_objective(
    response_times: ResponseTimes, limits: Limits, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Of the signed deliveries 95 % are answered within the objective, where there were enough to tell."""
    look = percentiles.judged("p95", response_times, limits.response_p95_ms)
    evidence(*percentiles.evidence(response_times))
    note(*percentiles.undecided(look, limits.response_p95_ms))
    measured(look.percentile.value, limits.response_p95_ms, samples=look.samples)
    failed = percentiles.failed(look)
    assert not failed, f"{listed(failed)}; the limit is {limits.response_p95_ms}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("webhooks.md#p99-of-webhook-delivery-is-within-the-objective")
def test_p99_of_webhook_delivery_is_within_the_objective(
    response_times: ResponseTimes, limits: Limits, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Of the signed deliveries 99 % are answered within the objective, where there were enough to tell."""
    look = percentiles.judged("p99", response_times, limits.response_p99_ms)
    evidence(*percentiles.evidence(response_times))
    note(*percentiles.undecided(look, limits.response_p99_ms))
    measured(look.percentile.value, limits.response_p99_ms, samples=look.samples)
    failed = percentiles.failed(look)
    assert not failed, f"{listed(failed)}; the limit is {limits.response_p99_ms}"
