"""``release-checklist``: what to do and look at around a release, ticked by what the history has seen."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import UsageProblem
from ops_tests.plugin.history import retrospect
from ops_tests.plugin.history.store import Store, visit
from ops_tests.rules import release_steps as rules
from ops_tests.rules.release_steps import Looks, Phase, Step, Ticked
from ops_tests.tools.rendering import rendered

if TYPE_CHECKING:
    from ops_tests.target import Target

PHASES: tuple[tuple[str, Phase, tuple[Step, ...]], ...] = (
    ("Before the deploy", "before", rules.BEFORE),
    ("Deploy", "after", rules.DEPLOY),
    ("After the deploy", "after", rules.AFTER),
    ("The first 30 minutes", "watch", rules.WATCHED),
)


def checklist(target: Target, argument: str, release: str, folder: Path, now: datetime | None = None) -> str:
    """The list in Markdown.

    Args:
        target: The target.
        argument: What follows ``--target`` to look at it once more.
        release: The release's number (``42``, ``v42``), or "" for the newest that any run has seen.
        folder: The project's folder.
        now: UTC; by default the present.

    Raises:
        UsageProblem: The release is no number.
        HistoryUnavailable: There is no history, or it cannot be read.
    """
    if not re.fullmatch(r"(v?[1-9][0-9]{0,8})?", release):
        raise UsageProblem(f"--release wants a release number like 42 or v42, not {release!r}")
    now = now or datetime.now(UTC)
    place = retrospect.kept_in(folder, sandbox=target.sandbox)
    wanted = f"v{release.removeprefix('v')}" if release else visit(place, partial(_newest, target=target))
    looks = visit(place, partial(_looks, target=target, release=wanted, now=now))
    phases = [(title, [rules.ticked(step, phase, looks) for step in steps]) for title, phase, steps in PHASES]
    return rendered(
        "release_checklist.md.j2",
        release=wanted,
        target=target.name,
        looks=looks,
        now=now,
        phases=[(title, [one for one in found if one.applies]) for title, found in phases],
        left_out=[one for _, found in phases for one in found if not one.applies],
        told=partial(_told, argument=argument, release=wanted),
    )


def _newest(history: Store, target: Target) -> str:
    return retrospect.newest_release(history, target.name)


def _looks(history: Store, target: Target, release: str, now: datetime) -> Looks:
    deployed_at = retrospect.first_seen(history, target.name, release) if release else None
    end = deployed_at or now
    before = retrospect.looks(history, target.name, end - rules.A_WEEK, end)
    since = retrospect.looks(history, target.name, deployed_at, now) if deployed_at else []
    return Looks([look for look in before if look.started_at < end], since, deployed_at, now)


def _told(one: Ticked, argument: str, release: str) -> str:
    """What shows it or what is missing, its command with the target and the number."""
    number = release.removeprefix("v") or "N"
    why = one.why.replace("{number}", number)
    return re.sub(
        r"(pytest -m [^;]*|python -m ops_tests logs [^;]*)$", lambda typed: f"`{typed[1]} --target {argument}`", why
    )
