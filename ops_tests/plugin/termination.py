"""SIGTERM ends a run as Ctrl-C does: fixtures are torn down, the sandbox goes, and the report says INTERRUPTED.

Python's own way is to die on the spot, which would leave the last good report as the latest.
"""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest

from ops_tests.plugin.state import run_of

_BEFORE = pytest.StashKey[Any]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Take SIGTERM over while checks run."""
    if run_of(session.config) is not None and threading.current_thread() is threading.main_thread():
        session.config.stash[_BEFORE] = signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt("SIGTERM")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give it back."""
    if _BEFORE in config.stash:
        signal.signal(signal.SIGTERM, config.stash[_BEFORE])
