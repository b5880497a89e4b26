"""What was seen of a target is let go when its checks have ended, but not what is under way or told at the end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ops_tests.plugin import gather
from ops_tests.plugin.gather import Gatherer
from ops_tests.plugin.state import Run
from ops_tests.target import Target

SECONDS = 30


class _Seen:
    """Observations by name, and how often each was made."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.may_end = threading.Event()

    def observe(self, name: str, look: Any) -> str:
        self.names.append(f"{name} of {look.target.name}")
        return name

    def observe_slowly(self, _look: Any) -> str:
        self.may_end.wait(SECONDS)
        return "slow"


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Seen]:
    made = _Seen()
    for name in ("lamp", "releases"):
        monkeypatch.setitem(gather.OBSERVATIONS, name, partial(made.observe, name))
    monkeypatch.setitem(gather.OBSERVATIONS, "slow", made.observe_slowly)
    yield made
    made.may_end.set()


def _target(name: str) -> Target:
    return Target(name=name, base_url="https://shop.example").placed(Path(f"{name}.toml"), {})


@pytest.fixture
def gatherer(seen: _Seen) -> Gatherer:
    targets = {name: _target(name) for name in ("a", "b")}
    return Gatherer(Run(None, targets))  # type: ignore[arg-type]  # no settings are asked for here


def test_of_a_target_that_is_done_nothing_is_kept_and_of_another_everything(gatherer: Gatherer, seen: _Seen) -> None:
    for name in ("a", "b"):
        assert gatherer.result(_target(name), "lamp") == "lamp"
    gatherer.let_go("a")
    assert gatherer.known("a", "lamp") is None
    assert gatherer.known("b", "lamp") == "lamp"
    assert seen.names == ["lamp of a", "lamp of b"]


def test_what_the_end_of_the_run_tells_is_kept_and_not_asked_for_again(gatherer: Gatherer, seen: _Seen) -> None:
    gatherer.result(_target("a"), "releases")
    gatherer.let_go("a")
    assert gatherer.known("a", "releases") == "releases"
    gatherer.await_all([(_target("a"), "releases")], SECONDS)
    assert seen.names == ["releases of a"]


def test_what_is_under_way_is_still_waited_for(gatherer: Gatherer, seen: _Seen) -> None:
    gatherer.start(_target("a"), "slow")
    gatherer.let_go("a")
    assert not gatherer.quiet(0)
    seen.may_end.set()
    assert gatherer.quiet(SECONDS)
    assert gatherer.known("a", "slow") == "slow"
