"""An empty PostgreSQL for a while, of the newest major there is: what a backup is restored into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from ops_tests.sandbox import folder as folders
from ops_tests.sandbox.guarding import guarded
from ops_tests.sandbox.postgres import Postgres


@contextmanager
def scratch_server() -> Iterator[Postgres]:
    """A server in a locked folder of its own; both are gone afterwards, also when this process is killed.

    Raises:
        SandboxFailed: It did not start; with the last lines of what PostgreSQL said.
    """
    folders.sweep()
    folder, lock = folders.make(None)
    try:
        with guarded(str(folder), lock):
            server = Postgres.start(folder)
            try:
                yield server
            finally:
                server.stop()
    finally:
        os.close(lock)
