"""A live sandbox for each file, as it was at its start for each test."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.sandbox.fly import keeping
from tests.tools.platform.live import Live, State


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Sandbox, State]]:
    """A sandbox of this file alone, and its platform at the start."""
    sandbox = Sandbox.start()
    yield sandbox, keeping.read(str(sandbox.folder / "fly.json"))
    sandbox.stop()


@pytest.fixture
def live(
    running: tuple[Sandbox, State],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Live:
    """The sandbox as it was at its start."""
    sandbox, beginning = running
    monkeypatch.chdir(tmp_path)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    write_files(sandbox, tmp_path)
    live = Live(sandbox, tmp_path, monkeypatch, capfd.readouterr)
    live.change(lambda state: state.update(json.loads(json.dumps(beginning))))
    return live


@pytest.fixture
def unchanged(live: Live) -> Iterator[None]:
    """Nothing is changed on the platform."""
    before = keeping.read(live.state)
    yield
    assert keeping.read(live.state) == before


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Whether something comes true within a generous time."""

    def eventually(condition: Callable[[], bool]) -> bool:
        deadline = time.monotonic() + 20
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.02)
        return condition()

    return eventually
