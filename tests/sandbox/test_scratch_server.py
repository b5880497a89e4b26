"""An empty server for a while: of the newest major, and gone however its owner ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest

from ops_tests.sandbox.postgres import NEWEST
from ops_tests.sandbox.scratch_server import scratch_server

Eventually = Callable[[Callable[[], bool]], bool]
ROOT = Path(__file__).parents[2]
KEEP = """
import time
from ops_tests.sandbox.scratch_server import scratch_server
with scratch_server() as server:
    print(server.folder, server.process.pid, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def keeper() -> Iterator[subprocess.Popen[str]]:
    """A process that starts a server and keeps it."""
    command = [sys.executable, "-c", KEEP]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT, start_new_session=True
    ) as running:
        yield running
        running.kill()


def is_alive(pid: int) -> bool:
    """Whether a process runs, not only waits for somebody to take note of its end."""
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return listed.stdout.strip()[:1] not in {"", "Z"}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_owner_that_is_ended_takes_it_along(
    keeper: subprocess.Popen[str], number: signal.Signals, eventually: Eventually
) -> None:
    assert keeper.stdout is not None
    folder, pid = keeper.stdout.readline().split()
    assert is_alive(int(pid))
    keeper.send_signal(number)
    assert eventually(lambda: not Path(folder).exists() and not is_alive(int(pid)))


def test_an_error_within_takes_it_along() -> None:
    with pytest.raises(ValueError, match="within"), scratch_server() as server:
        raise ValueError("within")
    assert server.process is not None
    assert (server.folder.exists(), server.process.poll() is None) == (False, False)


def test_it_is_empty_and_of_the_newest_major_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "require")
    monkeypatch.setenv("PGCHANNELBINDING", "require")
    monkeypatch.setenv("PGOPTIONS", "-c default_transaction_read_only=on")
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.9")
    with scratch_server() as server, closing(psycopg2.connect(server.own_dsn)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
            assert cursor.fetchone() == (0,)
        assert connection.info.server_version // 10000 == NEWEST
