"""One real HTTP server for all examples, and the settings under which examples are drawn."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from hypothesis import configuration

from ops_tests.clients import repeating

# What hypothesis remembers of the sources does not belong into the checkout, and nowhere after the run.
_HOME = tempfile.TemporaryDirectory(prefix="ops-tests-hypothesis-")
configuration.set_hypothesis_home_dir(_HOME.name)


def pytest_unconfigure() -> None:
    """Remove what hypothesis wrote."""
    _HOME.cleanup()


@pytest.fixture(autouse=True, scope="package")
def _short_pauses() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(repeating, "PAUSES", (0.0, 0.0))
    yield
    patch.undo()


class Answering(ThreadingTCPServer):
    """Reads one request and sends ``raw``, byte by byte what a test put there; then it hangs up."""

    daemon_threads = True
    allow_reuse_address = True
    raw = b""

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseRequestHandler):
    server: Answering

    def handle(self) -> None:
        if self.request.recv(65536):
            self.request.sendall(self.server.raw)


@pytest.fixture(scope="package")
def answering() -> Iterator[Answering]:
    """A server on a real socket that sends whatever a test wants."""
    with Answering(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()
