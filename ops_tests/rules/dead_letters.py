"""Judging dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.traffic import fewest
from ops_tests.rules.wording import duration, listed

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.database import DeadLetter, DeadLetters, DeliveryCounts
    from ops_tests.target_parts import RetentionPart

WINDOW_DAYS = 30


def days_counted(part: RetentionPart | None) -> float:
    """Over how many days deliveries are counted: 30, or fewer where recorded ones are deleted sooner than that.

    Dead letters that wait are never deleted, and would weigh more and more against deliveries that are.
    """
    return min(WINDOW_DAYS, part.days) if part else WINDOW_DAYS


def given_up_percent(counts: DeliveryCounts, limit: Limit) -> float:
    """The share of dead letters where there were enough deliveries to judge it, else 0, as ``undecided`` tells."""
    total = deliveries(counts)
    return 100 * counts.given_up / total if total and total >= fewest(limit) else 0.0


def deliveries(counts: DeliveryCounts) -> int:
    """How many deliveries there were, those that became dead letters too."""
    return counts.recorded + counts.given_up


def undecided(counts: DeliveryCounts, limit: Limit) -> list[str]:
    """A note with the numbers when there were too few deliveries."""
    if deliveries(counts) >= fewest(limit):
        return []
    return [f"undecided: {given_up(counts)}; at least {fewest(limit):.0f} deliveries are needed to judge {limit}"]


def given_up(counts: DeliveryCounts) -> str:
    """``6 of 2022 deliveries in 14 d became dead letters``."""
    return f"{counts.given_up} of {deliveries(counts)} deliveries in {counts.days:g} d became dead letters"


def oldest_age_minutes(letters: DeadLetters) -> float:
    """Age of the oldest unprocessed dead letter in minutes by the database's clock; 0 without any."""
    if not letters.oldest_first:
        return 0.0
    return (letters.read_at - letters.oldest_first[0].created_at).total_seconds() / 60


def exhausted(letters: DeadLetters, max_retries: int) -> list[DeadLetter]:
    """Letters replayed in vain so often that the application's own list leaves them out.

    Raises:
        NotCovered: None was seen, and there are more letters than were read.
    """
    found = [letter for letter in letters.oldest_first if letter.retry_count >= max_retries]
    unread = letters.count - len(letters.oldest_first)
    if unread > 0 and not found:
        raise NotCovered(f"only the oldest {len(letters.oldest_first)} of {letters.count} dead letters were read")
    return found


def described(letters: Sequence[DeadLetter], read_at: DeadLetters) -> str:
    """Topics with counts, and the oldest: ``3 x app/uninstalled, 1 x shop/redact; the oldest is 2 h old (id ...)``."""
    topics = Counter(letter.topic for letter in letters)
    if not letters:
        return "none"
    oldest = min(letters, key=lambda letter: letter.created_at)
    age = duration((read_at.read_at - oldest.created_at).total_seconds())
    counts = listed(f"{count} x {topic}" for topic, count in topics.most_common())
    return f"{counts}; the oldest is {age} old (id {oldest.id})"
