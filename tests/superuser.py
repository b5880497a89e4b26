"""A cursor that may see and change everything in a sandbox's database."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg2

from ops_tests.sandbox.embedded import Sandbox
from ops_tests.sandbox.guard import PRIMARY


@contextmanager
def superuser_of(sandbox: Sandbox) -> Iterator[Any]:
    """Nobody outside the sandbox knows the superuser's password, so its server is told to trust him."""
    cluster = sandbox.folder / PRIMARY
    rules = cluster / "pg_hba.conf"
    rules.write_text("host all postgres 127.0.0.1/32 trust\n" + rules.read_text(encoding="utf-8"), encoding="utf-8")
    os.kill(int((cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]), signal.SIGHUP)
    place = sandbox.environment["DATABASE_URL"].rpartition("@")[2]
    with closing(_connected(f"postgresql://postgres@{place}")) as connection, connection.cursor() as cursor:
        yield cursor


def _connected(dsn: str) -> Any:
    """Connect as soon as the server has read its rules anew."""
    deadline = time.monotonic() + 20
    while True:
        try:
            connection = psycopg2.connect(dsn)
        except psycopg2.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        else:
            connection.autocommit = True
            return connection
