"""What was seen when a backup was restored: the live database, the dump, and what came of it in an empty server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class TableContents:
    """One table, as its server counted it.

    Attributes:
        rows: How many rows it has.
        digest: A checksum of all of them, whatever their order; no row can be told from it.
        earlier: How many were created up to the moment that was asked about; None where no column tells.
    """

    rows: int
    digest: str
    earlier: int | None = None


@dataclass(frozen=True)
class AppliedMigration:
    """A finished row of ``_prisma_migrations``.

    Attributes:
        name: The migration's name.
        digest: A checksum of its id, name, checksum and end.
        finished_at: UTC.
    """

    name: str
    digest: str
    finished_at: datetime


@dataclass(frozen=True)
class Contents:
    """A whole database in one snapshot.

    Attributes:
        taken_at: When, by the server's clock, UTC.
        major: The server's major version.
        tables: By name, ``public.webhook_events``.
        migrations: Those that are finished.
        newest_row: When the newest row was created, UTC; None where no row tells.
        tells_time: Whether any table has a column that says when its rows were created.
    """

    taken_at: datetime
    major: int
    tables: Mapping[str, TableContents]
    migrations: tuple[AppliedMigration, ...] = ()
    newest_row: datetime | None = None
    tells_time: bool = True


@dataclass(frozen=True)
class Archive:
    """A dump, as it says of itself.

    Attributes:
        name: Its file's name, or that it was taken now.
        given: Whether it is a given file, so that the live database has moved on since.
        size_bytes: Its size.
        of_major: The major version of the server it was taken from; None where it cannot be read.
        by_major: That of the pg_dump that made it; likewise.
        left_out: Extensions it wants and the scratch server does not have.
    """

    name: str
    given: bool
    size_bytes: int
    of_major: int | None = None
    by_major: int | None = None
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A step of the drill: what was done, and its beginning and end, UTC."""

    name: str
    since: datetime
    until: datetime

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.until - self.since).total_seconds()


@dataclass(frozen=True)
class Restore:
    """A backup that was restored, or not.

    Attributes:
        live: The live database: for a dump taken now in its very snapshot.
        archive: The dump.
        restored: What stood in the scratch server afterwards; None when pg_restore gave up.
        said: Why it gave up, on one line, without data; else "".
        steps: ``dump``, ``start``, ``restore`` and ``compare``, those that were made, in their order.
    """

    live: Contents
    archive: Archive
    restored: Contents | None
    said: str = ""
    steps: tuple[Step, ...] = field(default=())
