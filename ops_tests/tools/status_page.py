"""``status-page``: one HTML file for the users of the service, from the history, with nothing of what is behind it."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import UsageProblem
from ops_tests.plugin.history import reading, retrospect
from ops_tests.plugin.history.store import Store, visit
from ops_tests.rules import public_status as rules
from ops_tests.rules.objectives import HEALTH, UP, WINDOW
from ops_tests.rules.probes import Probe
from ops_tests.tools.rendering import rendered

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord
    from ops_tests.target import Target


def status_page(target: Target, folder: Path, now: datetime | None = None) -> str:
    """The page of a target.

    Args:
        target: The target.
        folder: The project's folder.
        now: UTC; by default the present.

    Raises:
        HistoryUnavailable: There is no history, or it cannot be read.
    """
    now = now or datetime.now(UTC)
    place = retrospect.kept_in(folder, sandbox=target.sandbox)
    checks, probes = visit(place, partial(_seen, target=target, now=now))
    found = rules.parts(checks, now)
    windows = [(one.begin, one.until) for one in target.maintenance]
    return rendered(
        "status_page.html.j2",
        parts=found,
        overall=rules.overall(found),
        uptime=rules.uptime_percent(probes, windows, now),
        planned=[
            (one.begin.astimezone(UTC), one.until.astimezone(UTC)) for one in rules.planned(target.maintenance, now)
        ],
        looked_at=max((part.looked_at for part in found if part.looked_at), default=None),
        now=now,
    )


def _seen(history: Store, target: Target, now: datetime) -> tuple[list[CheckRecord], list[Probe]]:
    checks = retrospect.newest_checks(history, target.name, now - WINDOW)
    looks = reading.outcomes(history, target.name, HEALTH, now - WINDOW)
    return checks, [Probe(at, word in UP) for at, word in looks]


def put(text: str, file: Path) -> None:
    """Write a file whole or not at all, so that nobody is served half a page.

    Raises:
        UsageProblem: It cannot be written.
    """
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(file)
    except OSError as error:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
        raise UsageProblem(f"{file} cannot be written: {error.strerror}; name another with --output") from None
