"""Dead letters as somebody sees them who may replay them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Waiting:
    """A dead letter that nobody has replayed: what decides whether it may be.

    Attributes:
        id: The row's id.
        topic: As the application recorded it.
        retry_count: How often it was replayed in vain.
        created_at: When it was put aside, UTC.
        installed: Whether its shop has a session now.
        read_at: The database's own clock when it was read, UTC.
    """

    id: str
    topic: str
    retry_count: int
    created_at: datetime
    installed: bool
    read_at: datetime


@dataclass(frozen=True)
class StoredLetter(Waiting):
    """A dead letter with what is needed to send it again: personal data, which no message may bear.

    Attributes:
        shop: The shop's domain.
        payload: The body as the application stored it.
    """

    shop: str = field(repr=False)
    payload: str = field(repr=False)


@dataclass(frozen=True)
class Story:
    """What became of a dead letter.

    Attributes:
        id: The row's id.
        topic: As the application recorded it.
        retry_count: How often it was replayed.
        created_at: When it was put aside, UTC.
        retried_at: When it was replayed, UTC, or None while it waits.
        error: Why it was put aside; may bear personal data.
        last_error: Why the last replay failed, or ""; may bear personal data.
        read_at: The database's own clock when it was read, UTC.
    """

    id: str
    topic: str
    retry_count: int
    created_at: datetime
    retried_at: datetime | None
    error: str
    last_error: str
    read_at: datetime
