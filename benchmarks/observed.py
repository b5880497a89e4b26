"""A plugin of pytest that writes down when each observation of a run began and ended: ``-p benchmarks.observed``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

FILE = "OBSERVED"
"""The variable that names the file: a JSON object of begin and end by name, in seconds since 1970."""
JUDGED = "all checks"
"""The name under which it tells when the first check began and the last had ended."""

_seen: dict[str, tuple[float, float]] = {}


def _timed(name: str, observe: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @wraps(observe)
    def timed(look: Any) -> Any:
        began = time.time()
        try:
            return observe(look)
        finally:
            _seen[name] = began, time.time()

    return timed


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop() -> Any:
    """Have every observation timed, and all checks together."""
    from ops_tests.plugin.gather import OBSERVATIONS

    OBSERVATIONS.update({name: _timed(name, observe) for name, observe in OBSERVATIONS.items()})
    began = time.time()
    try:
        return (yield)
    finally:
        _seen[JUDGED] = began, time.time()
        Path(os.environ[FILE]).write_text(json.dumps(_seen), encoding="utf-8")
