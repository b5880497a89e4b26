"""The sandbox's own process, started by `ops_tests.sandbox.embedded`: it runs until its input closes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops_tests.errors import SandboxFailed
from ops_tests.sandbox import guard, world
from ops_tests.sandbox.faults import planted


def main(folder: str, lock: str, *faults: str) -> int:
    """Run the sandbox in the folder until standard input closes or SIGTERM comes.

    Args:
        folder: The locked folder.
        lock: The descriptor that holds its lock.
        faults: Names of faults.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with _guarded(folder, int(lock)):
        try:
            with world.running(Path(folder), planted(faults)) as (place, environ):
                _tell({"place": place, "environ": environ})
                sys.stdin.buffer.read()
        except SandboxFailed as failure:
            _tell({"failure": str(failure)})
            return 1
    return 0


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


@contextmanager
def _guarded(folder: str, lock: int) -> Iterator[None]:
    """Have the guard clear up behind us, however we end."""
    command = [sys.executable, "-I", "-S", guard.__file__, folder, str(os.getpgid(0))]
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
        watcher.communicate(guard.ORDERLY)


if __name__ == "__main__":
    # Only a process that leads a group of its own may have that group ended behind it.
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    sys.exit(main(*sys.argv[1:]))
