"""A folder for one call of a command, removed afterwards; what a killed run left is swept by the next call."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ops_tests.locked_folder import fresh, lock

PREFIX = "ops-tests-call-"


@contextmanager
def scratch() -> Iterator[Path]:
    """A fresh folder, locked while it is in use, so that whoever finds one unlocked may sweep it."""
    _sweep()
    folder, descriptor = fresh(PREFIX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Another user's, in use, or just removed by its owner.
        with suppress(OSError):
            descriptor = lock(folder)
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)
