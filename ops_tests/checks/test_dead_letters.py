"""Has the application given up on deliveries?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.limits import Limits, fixed
from ops_tests.rules import dead_letters as rules
from ops_tests.rules import retention
from ops_tests.rules.wording import quantity

if TYPE_CHECKING:
    from ops_tests.plugin.recording import Evidence, Measured, Note
    from ops_tests.records.database import DeadLetters, DeliveryCounts, TableAge
    from ops_tests.target_parts import DeadLettersPart, RetentionPart


@pytest.mark.smoke
@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.post_deploy
@pytest.mark.runbook("dead_letters.md#no-unprocessed-dead-letters")
def test_no_unprocessed_dead_letters(dead_letters: DeadLetters, limits: Limits, measured: Measured) -> None:
    """No dead letter waits for a replay."""
    count = measured(dead_letters.count, limits.dead_letters)
    waiting = rules.described(dead_letters.oldest_first, dead_letters)
    assert count <= limits.dead_letters.value, f"{count} unprocessed: {waiting}; expected at most {limits.dead_letters}"


@pytest.mark.daily
@pytest.mark.runbook("dead_letters.md#no-dead-letter-waits-too-long")
def test_no_dead_letter_waits_too_long(dead_letters: DeadLetters, limits: Limits, measured: Measured) -> None:
    """Every dead letter is processed within an hour."""
    age, limit = (
        measured(rules.oldest_age_minutes(dead_letters), limits.dead_letter_age_minutes),
        limits.dead_letter_age_minutes,
    )
    assert age <= limit.value, f"the oldest dead letter waits {quantity(age, limit.unit)}; the limit is {limit}"


@pytest.mark.daily
@pytest.mark.weekly
@pytest.mark.runbook("dead_letters.md#no-dead-letter-ran-out-of-retries")
def test_no_dead_letter_ran_out_of_retries(
    dead_letters: DeadLetters, dead_letters_part: DeadLettersPart, measured: Measured
) -> None:
    """No dead letter was replayed in vain so often that the application's own list hides it."""
    hidden = rules.exhausted(dead_letters, dead_letters_part.max_retries)
    measured(len(hidden), fixed(0, "exhausted dead letters"))
    tries = f"{dead_letters_part.max_retries} tries (dead_letters.max_retries)"
    assert not hidden, f"{rules.described(hidden, dead_letters)}; expected none that used up its {tries}"


@pytest.mark.weekly
@pytest.mark.runbook("dead_letters.md#processed-dead-letters-are-cleaned-up")
def test_processed_dead_letters_are_cleaned_up(
    processed_letters_age: TableAge, retention_part: RetentionPart, measured: Measured, evidence: Evidence
) -> None:
    """No replayed dead letter is kept for longer than the retention and one clean-up interval."""
    limit, described = retention.limit(retention_part), retention.described(processed_letters_age)
    evidence(f"replayed dead letters: {described}")
    age = measured(retention.oldest_days(processed_letters_age), limit)
    assert age <= limit.value, f"of the replayed dead letters {described}; expected none older than {limit}"


@pytest.mark.weekly
@pytest.mark.runbook("dead_letters.md#failed-deliveries-are-within-the-objective")
def test_failed_deliveries_are_within_the_objective(
    delivery_counts: DeliveryCounts, limits: Limits, measured: Measured, note: Note, evidence: Evidence
) -> None:
    """Of the real deliveries, where there were enough to tell, no more became dead letters than is promised."""
    limit = limits.dead_letter_percent
    evidence(rules.given_up(delivery_counts))
    note(*rules.undecided(delivery_counts, limit))
    share = measured(rules.given_up_percent(delivery_counts, limit), limit, samples=rules.deliveries(delivery_counts))
    assert share <= limit.value, f"{share:.2f} %, {rules.given_up(delivery_counts)}; the limit is {limit}"
