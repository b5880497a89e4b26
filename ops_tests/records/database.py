"""What the database answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class DatabaseAttempt:
    """Connecting and ``SELECT 1``.

    Attributes:
        server: Host, port and database name, never user or password.
        seconds: Both together, or None when nobody answered.
        unreachable: Why nobody answered, else "".
        server_version: ``18.4``, or "".
        replica: Which replica it is, in words with its lag; "" for a primary.
    """

    server: str
    seconds: float | None
    unreachable: str = ""
    server_version: str = ""
    replica: str = ""


@dataclass(frozen=True)
class DeadLetter:
    """A delivery the application gave up on: never its payload.

    Attributes:
        id: The row's id.
        topic: As the application recorded it.
        retry_count: How often it was replayed in vain.
        created_at: When it was put aside, UTC.
    """

    id: str
    topic: str
    retry_count: int
    created_at: datetime


@dataclass(frozen=True)
class DeadLetters:
    """The dead letters without ``retriedAt``.

    Attributes:
        count: How many there are in all.
        oldest_first: The rows, oldest first; at most 1,000.
        read_at: The database's own clock when they were read, UTC.
    """

    count: int
    oldest_first: tuple[DeadLetter, ...]
    read_at: datetime


@dataclass(frozen=True)
class Migration:
    """A row of Prisma's ``_prisma_migrations``.

    Attributes:
        name: The migration's folder name.
        started_at: UTC.
        finished_at: UTC, or None while it runs or after it failed.
        rolled_back_at: UTC, or None.
        failed: Whether Prisma wrote an error log for it.
    """

    name: str
    started_at: datetime
    finished_at: datetime | None
    rolled_back_at: datetime | None = None
    failed: bool = False


@dataclass(frozen=True)
class WebhookEvent:
    """A row of ``webhook_events``: the delivery's id, its topic and its shop."""

    id: str
    topic: str
    shop: str


@dataclass(frozen=True)
class TableAge:
    """How old the rows of a table are that a clean-up should delete one day.

    Attributes:
        rows: How many there are.
        expired: How many of them are older than was asked about.
        oldest: The oldest one's time, UTC, or None without any.
        read_at: The database's own clock when they were read, UTC.
    """

    rows: int
    expired: int
    oldest: datetime | None
    read_at: datetime


@dataclass(frozen=True)
class DeliveryCounts:
    """How many real deliveries were recorded, and how many became a dead letter, replayed or not, within some days."""

    recorded: int
    given_up: int
    days: float


@dataclass(frozen=True)
class IdleTransaction:
    """A transaction whose client says nothing: its process, how its client calls itself, and for how long, seconds."""

    pid: int
    application: str
    seconds: float


@dataclass(frozen=True)
class Activity:
    """Who is connected to the server, all its databases together.

    Attributes:
        connections: Connections of clients.
        usable: How many clients without special rights may have.
        hidden: Connections whose state our role may not see.
        role: Our role.
        idle: Transactions that are idle, the longest first; at most 100.
    """

    connections: int
    usable: int
    hidden: int
    role: str
    idle: tuple[IdleTransaction, ...]


@dataclass(frozen=True)
class LockWait:
    """Somebody who waits for a lock.

    Attributes:
        pid: Its process.
        application: How its client calls itself, or "".
        mode: The lock's mode, like ``RowExclusiveLock``.
        wanted: The table's name, or the kind of what is locked, like ``transactionid``.
        blockers: The processes it waits for.
        seconds: For how long.
    """

    pid: int
    application: str
    mode: str
    wanted: str
    blockers: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class InstalledShops:
    """How many shops have a session, and how many of them have none that works without a user."""

    count: int
    only_online: int
