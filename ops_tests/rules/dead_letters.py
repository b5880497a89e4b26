"""Judging dead letters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ops_tests.errors import NotCovered
from ops_tests.records.database import DeadLetter, DeadLetters
from ops_tests.rules.wording import duration, listed


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
