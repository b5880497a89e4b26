"""Folders that are locked while they are in use, so that whoever finds one unlocked may sweep it."""

from __future__ import annotations

import fcntl
import os
import tempfile
from pathlib import Path


def fresh(prefix: str) -> tuple[Path, int]:
    """Make a folder among the temporary files; it never stands unlocked under its own name.

    Returns:
        The folder and the open descriptor that holds its lock; whoever inherits the descriptor holds the lock too.
    """
    # Made under a name that a sweep for the prefix passes over, and renamed once locked.
    hidden = Path(tempfile.mkdtemp(prefix=f".{prefix}"))
    descriptor = lock(hidden)
    return hidden.rename(hidden.with_name(hidden.name.removeprefix("."))), descriptor


def lock(folder: Path) -> int:
    """Lock a folder by an open descriptor, until that is closed or every process that has it is gone.

    Raises:
        BlockingIOError: It is in use.
        OSError: It cannot be opened.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise
    return descriptor
