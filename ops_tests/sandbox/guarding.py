"""Having the guard clear up behind whatever runs PostgreSQL in a folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ops_tests.sandbox import guard, waiting_guard


@contextmanager
def guarded(folder: str, lock: int, group: int | None = None) -> Iterator[None]:
    """Clear up behind us, or have the guard do it when we are killed.

    Args:
        folder: What it removes, once no PostgreSQL runs in it.
        lock: The descriptor that holds the folder's lock; the guard keeps it until it is done.
        group: The process group that is ended as well when we did not end orderly; None for none.
    """
    command = [sys.executable, "-I", "-S", waiting_guard.__file__, folder, *([str(group)] if group else [])]
    watcher = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        pass_fds=(lock,),
    )
    try:
        yield
    finally:
        guard.clear(folder)
        watcher.communicate(waiting_guard.ORDERLY)
