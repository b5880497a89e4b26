"""Judging a restored backup: what differs from the live database, and what would be lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.records.run import Drill, Figure, Span
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.restore import Archive, Contents, Restore, Step

COMMIT_SLACK = timedelta(minutes=5)
"""A row is created before it is committed: so much older than a dump it must be to stand in it. An open transaction is
a finding of another check from the same age on."""
NAME = "backup is restorable"
MIGRATIONS = "_prisma_migrations"


def due(restored: Contents) -> datetime | None:
    """The moment up to which a given dump must hold what the live database has; None where nothing tells.

    Its newest row tells better when it was made than its header, whose time bears no zone.
    """
    return restored.newest_row - COMMIT_SLACK if restored.newest_row else None


def differences(restore: Restore) -> list[str]:
    """What is wrong with the dump, one phrase each.

    A dump taken now agrees with the live database in every row. From a given file the live one has moved on, so that
    only what can no longer change is compared: tables, finished migrations, and rows that are older than the dump,
    which may have gone since and cannot have come.
    """
    if restore.restored is None:
        return [f"pg_restore gave up ({restore.said})", *_majors(restore)]
    live, found = restore.live, restore.restored
    tables = _missing(live, found) + _strange(live, found)
    rows = _fewer(live, found) if restore.archive.given else _unequal(live, found)
    untold = [] if found.newest_row else ["no row in it says when it was created"]
    return [*_majors(restore), *tables, *rows, *_migrations(restore, found), *untold]


def _majors(restore: Restore) -> list[str]:
    live, archive = restore.live.major, restore.archive
    if min(archive.of_major or live, archive.by_major or live) >= live:
        return []
    return [f"it is of PostgreSQL {archive.of_major}, made by pg_dump {archive.by_major}, and the server is {live}"]


def _missing(live: Contents, found: Contents) -> list[str]:
    return [f"{name} is missing" for name in live.tables if name not in found.tables]


def _strange(live: Contents, found: Contents) -> list[str]:
    return [f"{name} is no table of the live database" for name in found.tables if name not in live.tables]


def _unequal(live: Contents, found: Contents) -> list[str]:
    pairs = [(name, live.tables[name], there) for name, there in found.tables.items() if name in live.tables]
    counted = [
        f"{name} has {there.rows:,} rows of {here.rows:,}" for name, here, there in pairs if there.rows != here.rows
    ]
    return counted + [
        f"{name} has other values (its checksum differs)"
        for name, here, there in pairs
        if there.rows == here.rows and there.digest != here.digest
    ]


def _fewer(live: Contents, found: Contents) -> list[str]:
    return [
        phrase
        for name, there in found.tables.items()
        if name in live.tables
        and (phrase := _short(name, there.rows, live.tables[name].rows, live.tables[name].earlier))
    ]


def _short(name: str, there: int, here: int, earlier: int | None) -> str:
    """What a table of a given dump lacks, or ""."""
    if earlier is not None and there < earlier:
        return f"{name} has {there:,} rows where {earlier:,} of the live ones are older than the dump"
    if earlier is None and not there and here:
        return f"{name} is empty where the live one has {here:,} rows"
    return ""


def _migrations(restore: Restore, found: Contents) -> list[str]:
    if not any(name.endswith(f".{MIGRATIONS}") for name in found.tables):
        return []  # said already, where there should be any
    moment = due(found) if restore.archive.given else restore.live.taken_at
    live, there = ({one.name: one.digest for one in side.migrations} for side in (restore.live, found))
    owed = [one.name for one in restore.live.migrations if moment and one.finished_at <= moment]
    told = {
        "finished migrations are missing": [name for name in owed if name not in there],
        "migrations that the live database does not know": [name for name in there if name not in live],
        "migrations with other values": [name for name in owed if there.get(name, live[name]) != live[name]],
    }
    return [f"{words}: {', '.join(names)}" for words, names in told.items() if names]


def age_hours(restore: Restore) -> float | None:
    """The age of the newest row that was restored, in hours: what would be lost. None where no row tells."""
    newest = restore.restored and restore.restored.newest_row
    return (restore.live.taken_at - newest).total_seconds() / 3600 if newest else None


def too_old(restore: Restore, limit: Limit) -> list[str]:
    """The phrase for a newest row older than the limit in hours."""
    age = age_hours(restore)
    return [f"its newest row is {age:.1f} h old"] if age is not None and age > limit.value else []


def size(count: int) -> str:
    """Bytes as people say them: ``812 kB``, ``2.4 GB``."""
    for unit, least in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= least:
            return f"{count / least:.3g} {unit}"
    return f"{count} B"


def described(archive: Archive) -> str:
    """The dump in a few words: ``a dump taken now, 812 kB, PostgreSQL 18``."""
    of = f", PostgreSQL {archive.of_major}" if archive.of_major else ""
    return f"{archive.name}, {size(archive.size_bytes)}{of}"


def seen(restore: Restore) -> list[str]:
    """What the judgement rests on, a line each."""
    took = ", ".join(f"{step.name} {duration(step.seconds)}" for step in restore.steps)
    lines = [described(restore.archive), f"took: {took}"]
    if found := restore.restored:
        rows = sum(one.rows for one in found.tables.values())
        lines.append(f"restored {len(found.tables)} tables with {rows:,} rows")
        lines += [f"its newest row was created {found.newest_row:%Y-%m-%d %H:%M:%S} UTC"] if found.newest_row else []
    if restore.archive.left_out:
        lines.append(f"restored without what the scratch server lacks: {', '.join(restore.archive.left_out)}")
    return lines


def figures(restore: Restore) -> tuple[Figure, ...]:
    """What the drill measured, the most telling first."""
    age, found = age_hours(restore), restore.restored
    took = {step.name: step.seconds for step in restore.steps}
    rows = sum(one.rows for one in found.tables.values()) if found else None
    told = (
        ("recovery point", age, "h"),
        ("restore time", took.get("restore") if found else None, "s"),
        ("dump time", took.get("dump"), "s"),
        ("size", restore.archive.size_bytes / 1e6, "MB"),
        ("restored", rows, "rows"),
    )
    return tuple(Figure(name=name, value=round(value, 3), unit=unit) for name, value, unit in told if value is not None)


def drill(target: str, restore: Restore) -> Drill:
    """The drill as the run's record tells it."""
    return Drill(
        target=target,
        name=NAME,
        began_at=restore.steps[0].since,
        ended_at=restore.steps[-1].until,
        spans=tuple(_spans(restore)),
        figures=figures(restore),
    )


def _spans(restore: Restore) -> Iterator[Span]:
    texts = {"start": "start an empty server", "compare": "compare"}
    for step in restore.steps:
        yield _span(step, "what was done", texts.get(step.name, step.name))
    wrong = len(differences(restore))
    last = restore.steps[-1]
    yield Span(
        lane="backup",
        since=last.since,
        until=last.until,
        state="bad" if wrong else "good",
        text=f"{wrong} difference{'s' if wrong > 1 else ''}" if wrong else "agrees",
    )


def _span(step: Step, lane: str, text: str) -> Span:
    return Span(lane=lane, since=step.since, until=step.until, state="act", text=text)
