"""What an HTTP request saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Answer:
    """One HTTP answer.

    Attributes:
        url: The address that finally answered, after redirects on the same host.
        status: The HTTP status.
        headers: Header names in lower case.
        body: The body, decoded as text, cut at the client's limit.
        sent_at: When the request was sent, UTC.
        first_byte_seconds: From sending the request to the first byte of the answer.
        seconds: From sending the request to the last body byte.
        redirected_to: Where a redirect to another host pointed, else "".
        damage: Why the body is not whole ("cut short", "longer than 1 MiB", "still arriving after 10 s"), else "".
        warm: Whether the request went over a connection that had served before.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: str
    sent_at: datetime
    first_byte_seconds: float
    seconds: float
    redirected_to: str = ""
    damage: str = ""
    warm: bool = False


@dataclass(frozen=True)
class HealthAttempt:
    """The health path asked once, and once more if a sleeping machine had to be woken.

    Attributes:
        url: What was asked.
        answer: The first answer, or None when nobody answered.
        unreachable: Why nobody answered, else "".
        again: The second answer, only after a cold start.
        woken: The id of the machine that the first request woke, else "".
    """

    url: str
    answer: Answer | None
    unreachable: str = ""
    again: Answer | None = None
    woken: str = ""
