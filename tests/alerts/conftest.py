"""A receiver, and a project whose target names it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import apprise  # noqa: F401  # else each run inside this process would import it anew, which it does not survive
import pytest

from tests.alerts.receiver import Receiver
from tests.history.conftest import place, server
from tests.plugin.conftest import Project, eventually, project

__all__ = ["eventually", "place", "project", "server"]
Shop = Callable[[str], str]


@pytest.fixture
def receivers() -> Iterator[Callable[[], Receiver]]:
    """Starts receivers; all end with the test."""
    started: list[Receiver] = []

    def start() -> Receiver:
        started.append(Receiver())
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def receiver(receivers: Callable[[], Receiver]) -> Receiver:
    """One that takes everything until it is told otherwise."""
    return receivers()


@pytest.fixture
def chat(receiver: Receiver, project: Project, monkeypatch: pytest.MonkeyPatch) -> Receiver:
    """A receiver, and a target ``shop`` of the project that tells it everything at the first red."""
    monkeypatch.setenv("OPS_ALERT_CHAT", receiver.url)
    project.target(more='[alerts]\nroutes = [{ url_env = "OPS_ALERT_CHAT" }]\n')
    return receiver


def history_of(folder: Path) -> Path:
    """The history's file of a project."""
    return folder / "reports" / "history.sqlite"
