"""A real HTTP server that alerts are sent to: it answers, fails, hangs, asks to wait, and comes back."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """Keeps what was posted to it.

    Attributes:
        mode: ``takes``, ``fails`` (500), ``limits`` (429 with Retry-After), ``hangs`` or ``keeps and hangs``.
        rests: What it then says of when to come back.
        tried: Every message that arrived, also when it was refused.
        taken: The messages that were accepted.
    """

    def __init__(self) -> None:
        self.mode = "takes"
        self.rests = "0"
        self.tried: list[dict[str, Any]] = []
        self.taken: list[dict[str, Any]] = []
        self.let_go = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address as Apprise is told it, with a key that must reach no report."""
        return f"json://127.0.0.1:{self._server.server_port}/hook-0123456789-of-the-chat"

    @property
    def titles(self) -> list[str]:
        """The titles of what was accepted."""
        return [message["title"] for message in self.taken]

    def close(self) -> None:
        """Let go of whoever waits, and end."""
        self.let_go.set()
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                message = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                receiver.tried.append(message)
                if "keeps" in receiver.mode:
                    receiver.taken.append(message)
                if "hangs" in receiver.mode:
                    receiver.let_go.wait(30)
                    return
                if receiver.mode == "takes":
                    receiver.taken.append(message)
                status = {"takes": 200, "fails": 500, "limits": 429}[receiver.mode]
                self.send_response(status)
                if status == 429:
                    self.send_header("Retry-After", receiver.rests)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Print nothing."""

        return Handler
