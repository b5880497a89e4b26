"""Gather, then judge: every observation is made once per target, the slow ones at the same time, each in its thread.

An observation is a function of a :class:`~ops_tests.plugin.look.Look` that returns a record. ``@observation`` registers
it and makes it a session fixture of the same name. After collection the observations behind the selected checks are
started; a fixture waits for its result, and a failed observation is told in exactly the checks that depend on it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from typing import Any

import pytest

from ops_tests.errors import NoAnswerInTime
from ops_tests.plugin.applicable import NEEDS, needs_parts
from ops_tests.plugin.look import Look
from ops_tests.plugin.state import Run, run_of
from ops_tests.target import Target

DEADLINE_SECONDS = 430
"""How long an observation may take from its start: more than the sum of its clients' own times, which name what hangs;
less than the time pytest-timeout gives a check, so that at least the observation is named."""
PATIENCE_SECONDS = 3
"""After so long a reader at a terminal is told what is awaited."""
HEAD_START_SECONDS = 0.3
"""How long health is asked alone, so that its time is not that of our own threads starting."""

TOLD_AT_THE_END = frozenset({"releases", "running", "machines"})
"""Observations from which the run's end tells which version was live, and whether a deploy was under way."""

Observe = Callable[[Look], Any]
OBSERVATIONS: dict[str, Observe] = {}
ALONE: set[str] = set()
"""Observations that begin only when a check asks for them, and wait until nothing else is under way."""


def observation(*parts: str, alone: bool = False) -> Callable[[Observe], Any]:
    """Register a function of a Look as an observation that needs the given parts of the target file.

    One that is to be made ``alone`` measures so finely that our own threads would be in its way.
    """

    def register(observe: Observe) -> Any:
        name = observe.__name__
        OBSERVATIONS[name] = observe
        if alone:
            ALONE.add(name)
        NEEDS[name] = needs_parts(*parts)

        @pytest.fixture(scope="session", name=name)
        def fixture(target: Target, gatherer: Gatherer) -> Any:
            __tracebackhide__ = True
            return gatherer.result(target, name)

        fixture.__doc__ = observe.__doc__
        return fixture

    return register


class Gatherer:
    """Starts observations and hands out their results; one a session."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lock = threading.Lock()
        self._futures: dict[tuple[str, str], Future[Any]] = {}
        self._begun: dict[tuple[str, str], float] = {}
        self._looks: dict[tuple[str, str], Look] = {}
        self._wanted: set[tuple[str, str]] = set()

    def want(self, target: Target, names: Iterable[str]) -> None:
        """Note which observations the selected checks of a target ask for, and start them."""
        wanted = [name for name in names if name in OBSERVATIONS]
        self._wanted |= {(target.name, name) for name in wanted}
        if "health_attempt" in wanted:
            self._await(self.start(target, "health_attempt"), HEAD_START_SECONDS)
        for name in wanted:
            if name not in ALONE:
                self.start(target, name)

    def wanted(self, target: Target, name: str) -> bool:
        """Whether :meth:`want` named the observation."""
        return (target.name, name) in self._wanted

    def start(self, target: Target, name: str) -> Future[Any]:
        """Start an observation in a daemon thread unless it is already under way."""
        key = (target.name, name)
        with self._lock:
            if key not in self._futures:
                self._futures[key], self._looks[key] = Future(), Look(target, self._run, self)
                self._begun[key] = time.monotonic()
                threading.Thread(target=self._observe, args=key, name=f"observe {name}", daemon=True).start()
            return self._futures[key]

    def _observe(self, target_name: str, name: str) -> None:
        key = (target_name, name)
        try:
            self._futures[key].set_result(OBSERVATIONS[name](self._looks[key]))
        except BaseException as error:  # noqa: BLE001  # handed to whoever waits, not swallowed
            self._futures[key].set_exception(error)

    def result(self, target: Target, name: str) -> Any:
        """Wait for an observation.

        Raises:
            NoAnswerInTime: It did not end within the deadline.
            Blind: What the observation raised.
        """
        # The sentence says it all; pytest would read our source anew for the lines of each blind check.
        __tracebackhide__ = True
        future = self.start(target, name)
        deadline = self._run.patience_seconds or DEADLINE_SECONDS
        ends_at = self._begun[target.name, name] + deadline
        if not self._await(future, min(PATIENCE_SECONDS, ends_at - time.monotonic())):
            self._run.tell_progress(f"waiting for {name} of {target.name}, at most {deadline:g} s")
        if not self._await(future, ends_at - time.monotonic()):
            message = f"the observation {name!r} of {target.name} did not end within {deadline:g} s"
            raise NoAnswerInTime(message)
        error = future.exception()
        if error is not None:
            raise error.with_traceback(None)
        return future.result()

    @staticmethod
    def _await(future: Future[Any], seconds: float) -> bool:
        try:
            future.exception(timeout=max(seconds, 0.0))
        except NotYet:
            return False
        return True

    def known(self, target_name: str, name: str) -> Any:
        """The result of an observation that was made and succeeded, else None; nothing is started and nobody waits."""
        future = self._futures.get((target_name, name))
        return future.result() if future and future.done() and future.exception() is None else None

    def let_go(self, target_name: str) -> None:
        """Forget what was seen of a target whose checks have ended, and its clients, but for what the end tells.

        What is still under way stays, for whoever waits for quiet.
        """
        with self._lock:
            for key, future in list(self._futures.items()):
                if key[0] == target_name and future.done():
                    self._looks.pop(key, None)
                    if key[1] not in TOLD_AT_THE_END:
                        del self._futures[key], self._begun[key]

    def await_all(self, wanted: Iterable[tuple[Target, str]], seconds: float) -> None:
        """Make observations that no check may have wanted, all at once, and wait so long for them to end."""
        ends_at = time.monotonic() + seconds
        for future in [self.start(target, name) for target, name in wanted]:
            self._await(future, max(0.0, ends_at - time.monotonic()))

    def quiet(self, seconds: float) -> bool:
        """Wait until nothing but what is made alone is under way, at most so long; whether it is."""
        ends_at = time.monotonic() + seconds
        others = [future for (_, name), future in list(self._futures.items()) if name not in ALONE]
        return all(self._await(future, ends_at - time.monotonic()) for future in others)

    def remarks(self, target: Target, name: str) -> list[str]:
        """What the clients of an observation had to say."""
        look = self._looks.get((target.name, name))
        return list(look.remarks) if look else []


def gatherer_of(run: Run) -> Gatherer:
    """The run's gatherer, made at first use."""
    if run.gatherer is None:
        run.gatherer = Gatherer(run)
    return run.gatherer


@pytest.fixture(scope="session")
def gatherer(request: pytest.FixtureRequest) -> Gatherer:
    """The session's observations."""
    run = run_of(request.config)
    assert run is not None, "observations are made only in a run of checks"  # noqa: S101  # cannot happen behind `target`
    return gatherer_of(run)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End the child processes that are still running: they live in sessions of their own and survive Ctrl-C."""
    run = run_of(config)
    if run is not None and (run.gatherer is not None or run.proxies):
        from ops_tests.clients.command import end_all

        end_all()
