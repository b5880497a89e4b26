"""The sandbox's own process, started by `ops_tests.sandbox.embedded`: it runs until its input closes."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from ops_tests.errors import SandboxFailed
from ops_tests.sandbox.faults import EVOLUTION_HUB, planted
from ops_tests.sandbox.guarding import guarded


def main(folder: str, lock: str, system: str, *faults: str) -> int:
    """Run the sandbox in the folder until standard input closes or SIGTERM comes.

    Args:
        folder: The locked folder.
        lock: The descriptor that holds its lock.
        system: Which one, by its name in `SYSTEMS`.
        faults: Names of faults.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with guarded(folder, int(lock), os.getpgid(0)):
        try:
            with _running(system, Path(folder), planted(faults, system)) as (place, environ):
                _tell({"place": place, "environ": environ})
                sys.stdin.buffer.read()
        except SandboxFailed as failure:
            _tell({"failure": str(failure)})
            return 1
    return 0


def _running(system: str, folder: Path, scenario: Any) -> AbstractContextManager[tuple[dict[str, Any], dict[str, str]]]:
    """What runs the system; only that one is loaded."""
    if system == EVOLUTION_HUB:
        from ops_tests.sandbox.evolution_hub import world as evolution_hub

        return evolution_hub.running(folder, scenario)
    from ops_tests.sandbox import world

    return world.running(folder, scenario)


def _tell(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    # Only a process that leads a group of its own may have that group ended behind it.
    if os.getpgid(0) != os.getpid():
        os.setpgid(0, 0)
    sys.exit(main(*sys.argv[1:]))
