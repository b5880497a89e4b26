"""A folder for one call of a command, removed afterwards; what a killed run left is swept by the next call."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "ops-tests-fly-"


@contextmanager
def scratch() -> Iterator[Path]:
    """A fresh folder, locked while it is in use, so that whoever finds one unlocked may sweep it."""
    _sweep()
    # Made under a name the sweep passes over and renamed once locked.
    hidden = Path(tempfile.mkdtemp(prefix=f".{PREFIX}"))
    lock = _lock(hidden)
    folder = hidden.rename(hidden.with_name(hidden.name.removeprefix(".")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _lock(folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Another user's, in use, or just removed by its owner.
        with suppress(OSError):
            lock = _lock(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
