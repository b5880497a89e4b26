"""Real counterparts for the clients: a scripted socket, an HTTP server, an executable named fly, a PostgreSQL."""

from __future__ import annotations

import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from ops_tests.clients import command
from ops_tests.sandbox.postgres import Postgres


@pytest.fixture
def remarks() -> list[str]:
    """What a client remarked."""
    return []


@pytest.fixture(autouse=True)
def _no_child_is_left() -> Iterator[None]:
    yield
    assert not command._running


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Start a server that plays one script a connection: bytes are sent, numbers are waited, None resets.

    The last script is played for all further connections.
    """
    with ExitStack() as stack:

        def start(*scripts: list[bytes | float | None]) -> str:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            over = threading.Event()
            thread = threading.Thread(target=_play, args=(listener, scripts, over), daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(_hang_up, listener, over)
            return f"http://127.0.0.1:{listener.getsockname()[1]}"

        yield start


def _hang_up(listener: socket.socket, over: threading.Event) -> None:
    over.set()
    with socket.socket() as last:
        last.connect(listener.getsockname())


def _play(listener: socket.socket, scripts: tuple[list[bytes | float | None], ...], over: threading.Event) -> None:
    waiting = list(scripts)
    while True:
        connection, _address = listener.accept()
        with connection:
            if over.is_set():
                return
            script = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            connection.settimeout(5)
            try:
                _perform(connection, script, over)
            except OSError:
                continue


def _perform(connection: socket.socket, script: list[bytes | float | None], over: threading.Event) -> None:
    connection.recv(65536)
    for step in script:
        if isinstance(step, bytes):
            connection.sendall(step)
        elif step is None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            over.wait(step)


@pytest.fixture
def http_server() -> Iterator[Callable[..., str]]:
    """Start an HTTP/1.1 server; a function of (method, path, headers, body) makes (status, headers, body)."""
    with ExitStack() as stack:

        def start(answer: Callable[..., tuple[int, dict[str, str], bytes]]) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


def _handler(answer: Callable[..., tuple[int, dict[str, str], bytes]]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, headers, content = answer(self.command, self.path, dict(self.headers), body)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # the names are the base class's

        def log_message(self, *arguments: Any) -> None:
            """Stay silent."""

    return Handler


@pytest.fixture
def fake_fly(tmp_path: Path) -> Iterator[Callable[..., dict[str, str]]]:
    """Put an executable ``fly`` on a PATH; it fails on unexpected arguments, and the test when it is not called.

    ``failures`` are answered before ``stdout``, one a call. Each call leaves its environment in ``environ-<n>``.
    """
    folder = tmp_path / "bin"
    folder.mkdir()

    def make(
        argv: str, stdout: str = "", *, failures: tuple[str, ...] = (), code: int = 1, last: str = ""
    ) -> dict[str, str]:
        (tmp_path / "stdout").write_text(stdout, encoding="utf-8")
        for number, failure in enumerate(failures, 1):
            (tmp_path / f"failure-{number}").write_text(failure, encoding="utf-8")
        executable = folder / "fly"
        executable.write_text(_FLY.format(here=tmp_path, argv=argv, code=code, last=last), encoding="utf-8")
        executable.chmod(0o755)
        return {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(tmp_path)}

    yield make
    assert (tmp_path / "calls").exists(), "fly was never called"


_FLY = """#!/bin/sh
echo "$*" >> '{here}/calls'
n=$(grep -c '' '{here}/calls')
env > "{here}/environ-$n"
ls -A > "{here}/cwd-$n"
[ "$*" = '{argv}' ] || {{ echo "Error: unexpected arguments: $*" >&2; exit 64; }}
[ -f "{here}/failure-$n" ] && {{ cat "{here}/failure-$n" >&2; exit {code}; }}
cat '{here}/stdout'
{last}
"""


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], int]:
    """Count how often the fake fly was called."""
    return lambda: len((tmp_path / "calls").read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL with Timedify's tables, an owner, a reader of our columns, and a role that may read nothing."""
    folder = Path(tempfile.mkdtemp(prefix="ops-tests-pg-"))
    server = Postgres.start(folder)
    try:
        execute(server.dsn(), resources.files("ops_tests.sandbox").joinpath("schema.sql").read_text(encoding="utf-8"))
        execute(server.dsn(), _ROLES)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def replica(postgres: Postgres) -> Iterator[Postgres]:
    """A hot standby that streams from ``postgres``."""
    standby = postgres.replicated()
    yield standby
    standby.stop()


_ROLES = """
CREATE ROLE reader LOGIN PASSWORD 'reading';
CREATE ROLE stranger LOGIN PASSWORD 'nothing';
GRANT SELECT (id, shop, "isOnline", expires) ON "Session" TO reader;
GRANT SELECT (id, topic, shop, "retryCount", "retriedAt", "createdAt") ON dead_letters TO reader;
GRANT SELECT ON webhook_events, _prisma_migrations TO reader;
"""


@pytest.fixture
def tables(postgres: Postgres) -> Callable[[str], None]:
    """Empty the tables, and give a way to fill them."""
    execute(postgres.dsn(), 'TRUNCATE "Session", webhook_events, dead_letters, _prisma_migrations')
    return lambda statement: execute(postgres.dsn(), statement)


def execute(dsn: str, statement: str) -> None:
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], bool]:
    """Look again and again until something holds, for 10 s at most."""

    def look(holds: Callable[[], bool]) -> bool:
        ends_at = time.monotonic() + 10
        while not holds() and time.monotonic() < ends_at:
            time.sleep(0.01)
        return holds()

    return look
