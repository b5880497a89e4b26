"""A process that outlives a killed sandbox just long enough to end its PostgreSQL servers and remove its folder.

It waits as ``python -I -S waiting_guard.py FOLDER GROUP`` with a pipe from the sandbox as its input. However the
sandbox ends, the pipe closes: no signal, no polling, the same on Linux and macOS. It holds the folder's lock until it
is done.
Without a GROUP only what runs in the folder is ended.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

PRIMARY, REPLICA = "postgres", "replica"
STOP_SECONDS = 5.0


def clear(folder: str) -> None:
    """End every PostgreSQL that still runs in the folder and remove the folder."""
    _end_all_postgres(folder)
    shutil.rmtree(folder, ignore_errors=True)


def _end_all_postgres(folder: str) -> None:
    """The replica first: a primary that ends waits for it."""
    for data in (REPLICA, PRIMARY):
        _end_postgres(f"{folder}/{data}")


def _end_postgres(data: str) -> None:
    pid = _postmaster(data)
    if not pid or not _is_postgres_of(pid, data):
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGINT)
        if not _gone(data, pid):
            os.kill(pid, signal.SIGKILL)


def _postmaster(data: str) -> int:
    """The pid in postmaster.pid, or 0."""
    try:
        return int(Path(data, "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _is_postgres_of(pid: int, data: str) -> bool:
    """Whether the pid still is that PostgreSQL: after a restart of the machine it may be anybody's."""
    try:
        return os.fsencode(data) in Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        if Path("/proc/self").is_dir():
            return False
    import subprocess  # a guard starts with every sandbox, and only without a /proc it needs this

    command = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return data in subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _gone(data: str, pid: int) -> bool:
    """Wait for the end; the file counts too, since nobody may be there to reap the process."""
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        if _postmaster(data) != pid:
            return True
        os.kill(pid, 0)
        time.sleep(0.01)
    return False


def main(folder: str, group: str = "") -> None:
    """End what the killed sandbox started and remove its folder."""
    if group:
        _end_all_postgres(folder)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(int(group), signal.SIGKILL)
    clear(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
