"""``alerts``: what fires and waits, who took it over, and whether every route is heard."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import UsageProblem
from ops_tests.plugin.alerts import memory, outbox
from ops_tests.plugin.alerts.sending import send
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import visit
from ops_tests.records.alerts import Letter
from ops_tests.rules.alert_wording import summary
from ops_tests.tools.named_target import named_target

if TYPE_CHECKING:
    from ops_tests.target import Secret, Target


def named(name: str | None, folder: Path) -> Target:
    """The target that is meant: the one named, else ``OPS_TARGET``.

    Raises:
        UsageProblem: None is named, or it tells nobody.
    """
    target = named_target(name, folder)
    if target.alerting is None:
        why = (
            "the embedded sandbox tells nobody" if target.sandbox else "its file has no [alerts], or switches them off"
        )
        raise UsageProblem(f"nobody is told of {target.name}: {why}")
    return target


def listing(target: Target, folder: Path) -> list[str]:
    """What fires on the target and what waits to be delivered.

    Raises:
        HistoryUnavailable: The history cannot be read.
    """
    alerts, waiting = visit(
        place_of(folder), lambda history: (memory.firing(history, target.name), outbox.waiting(history, target.name))
    )
    return summary(alerts, waiting, datetime.now(UTC))


def acknowledge(target: Target, key: str, folder: Path) -> int:
    """Note that somebody took over what fires under a key or a check's id; returns how many alerts that were."""
    now = datetime.now(UTC)
    return visit(place_of(folder), lambda history: memory.acknowledge(history, target.name, key, now))


def tests(target: Target) -> Iterator[tuple[str, str]]:
    """Send one message by every route; yields its variable and why it was not delivered, or ""."""
    urls = target.alert_urls()
    for route in target.alert_variables():
        url = urls.get(route)
        yield route, _tried(url, target, route) if url else "it is not set; put it into the environment or .env"


def _tried(url: Secret, target: Target, route: str) -> str:
    """Why the test was not delivered, or ""; an incident that it opens is closed again."""
    now = datetime.now(UTC)
    letter = Letter(
        id="", target=target.name, key=f"test:{secrets.token_hex(4)}", run_id="", route=route, word="test", level="L1",
        title=f"[test] {target.name}: alerts arrive here",
        body="A test by hand (python -m ops_tests alerts test). Nothing is wrong.", since=now, created_at=now,
    )  # fmt: skip
    said = send(url, letter).said
    if said or not url.reveal().lower().startswith("pagerduty://"):
        return said
    return send(url, replace(letter, word="recovered")).said
