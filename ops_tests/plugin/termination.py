"""SIGTERM ends a run as Ctrl-C does: fixtures are torn down, the sandbox goes, and the report says INTERRUPTED.

Python's own way is to die on the spot, which would leave the last good report as the latest. Once a run is ending,
neither SIGTERM nor a second Ctrl-C disturbs it: what is left to do takes bounded time.
"""

from __future__ import annotations

import signal
import threading
from collections import namedtuple
from collections.abc import Generator
from typing import Any

import pytest

from ops_tests.plugin.reaching import checks_in_play

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Take SIGTERM over while checks run."""
    if checks_in_play(config) and threading.current_thread() is threading.main_thread():
        termination = _Termination()
        config.pluginmanager.register(termination, "ops_tests.signals")
        # First in, last out: pytest itself has something to clear up behind pytest_unconfigure.
        config.add_cleanup(termination.give_back)


class _Termination:
    """What SIGINT and SIGTERM do from the session's configuration to its end."""

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in _SIGNALS}
        signal.signal(signal.SIGTERM, _interrupt)

    @pytest.hookimpl(tryfirst=True)
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """The first one is being dealt with."""
        _hold_out()
        excinfo.traceback = excinfo.traceback.filter(_has_a_line)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, object, object]:
        """Nobody ends the ending."""
        _hold_out()
        return (yield)

    def give_back(self) -> None:
        """When all else is done."""
        # After an interrupt in an exec() of text, by which dataclasses are made, `python -m pytest` would end by SIGINT
        # whatever its status, unless another text is executed; a named tuple is made by one.
        namedtuple("Forgotten", ())
        for number, before in self._before.items():
            signal.signal(number, before)


def _has_a_line(entry: Any) -> bool:
    """Python may be interrupted where its code belongs to no line, of which pytest makes an error of its own."""
    try:
        return bool(entry.lineno >= 0)
    except TypeError:
        return False


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt("SIGTERM")


def _hold_out() -> None:
    for number in _SIGNALS:
        # Not SIG_IGN, which a process that is started now would inherit.
        signal.signal(number, lambda *_: None)
