"""A dead man's switch that tests look into."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Switch:
    """A service like healthchecks.io that answers every ping with one status and keeps path, rid and body."""

    def __init__(self, url: str, heard: list[tuple[str, str, str]]) -> None:
        self.url = url
        self.heard = heard

    def paths(self) -> list[str]:
        """What was asked, in order."""
        return [path for path, _, _ in self.heard]


@contextmanager
def switch(status: int = 200, start_seconds: float = 0) -> Iterator[Switch]:
    """A switch that is up, which answers with a status, the start only after some seconds."""
    heard: list[tuple[str, str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            parts = urlsplit(self.path)
            time.sleep(start_seconds if parts.path.endswith("/start") else 0)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            heard.append((parts.path, parse_qs(parts.query)["rid"][0], body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Switch(f"http://127.0.0.1:{server.server_port}/ping/s3cr3t-uuid", heard)
    server.shutdown()
    thread.join()
    server.server_close()
