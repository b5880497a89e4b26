"""The sandbox's folder: made locked, so that whoever finds one unlocked may sweep it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ops_tests.errors import SandboxFailed
from ops_tests.locked_folder import fresh, lock
from ops_tests.sandbox import guard

PREFIX = "ops-sandbox-"
BIN = "bin"


def make(folder: Path | None) -> tuple[Path, int]:
    """Make the folder and lock it.

    Args:
        folder: Where; by default a fresh one in the system's folder for temporary files.

    Returns:
        The folder and the open descriptor that holds its lock; whoever inherits the descriptor holds the lock too.

    Raises:
        SandboxFailed: The folder given is not empty.
    """
    if folder is None:
        path, descriptor = fresh(PREFIX)
        return path.resolve(), descriptor
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise SandboxFailed(
            f"sandbox: {folder} is not empty, and the sandbox removes its folder when it ends; name a new one"
        )
    return folder.resolve(), lock(folder)


def sweep() -> list[Path]:
    """End and remove what a killed sandbox of this user left behind, and name the folders."""
    swept = []
    for folder in _ours():
        with contextlib.suppress(OSError):
            descriptor = lock(folder)
            guard.clear(str(folder))
            os.close(descriptor)
            swept.append(folder)
    return swept


def _ours() -> Iterator[Path]:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.is_dir() and not folder.is_symlink() and folder.stat().st_uid == os.getuid():
                yield folder
