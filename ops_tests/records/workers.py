"""What was seen of a Worker: its invocations, and its database."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Invocation:
    """One time a Worker was called.

    Attributes:
        what: What called it: method and path without the query, ``cron``, ``queue``, ``alarm``, ``e-mail``, ``RPC``.
        outcome: How it ended, in Cloudflare's words: ``ok``, ``exception``, ``exceededCpu`` and so on.
        status: What it answered; None for what is no request, and for a request without an answer.
        exceptions: The names of what it threw and nobody caught.
    """

    what: str
    outcome: str
    status: int | None = None
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Watch:
    """A live watch of a Worker.

    Attributes:
        worker: Its name.
        seconds: How long it went on after our own request was first seen; until it ended where it never was.
        invocations: What was seen in the order of arrival: of ours only those of the watch itself.
        asked: How many requests of our own were sent.
        own_seen: Whether one of them was seen.
        damage: Why the stream is not whole, else "".
    """

    worker: str
    seconds: float
    invocations: tuple[Invocation, ...]
    asked: int
    own_seen: bool
    damage: str = ""


@dataclass(frozen=True)
class D1Answer:
    """What D1 said to ``SELECT 1``.

    Attributes:
        database: Its name.
        value: What it answered; None where it did not.
        refusal: What D1 said instead, else "".
        sql_seconds: How long D1 itself took; None where it does not say.
    """

    database: str
    value: object = None
    refusal: str = ""
    sql_seconds: float | None = None


@dataclass(frozen=True)
class D1Bookmark:
    """Where D1's time travel could lead back to now.

    Attributes:
        database: Its name.
        bookmark: The bookmark, or "".
        refusal: What D1 said instead, else "".
    """

    database: str
    bookmark: str = ""
    refusal: str = ""
