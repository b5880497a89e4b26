"""What the applications' and the logs API's servers have in common."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class _Closed(Exception):
    """The server was closed."""


class Server(ThreadingHTTPServer):
    """A server of 127.0.0.1 at a free port that answers in threads until it is closed."""

    says = "Fly/66bb9d2c6 (2026-11-18)"
    """What the platform's proxy says of itself."""
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self) -> None:
        """Bind without asking the resolver for this machine's name, which may take seconds without a network."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.server_port}"

    def answer(self) -> None:
        """Begin to answer, in a thread of its own."""
        threading.Thread(target=self._answer, daemon=True).start()

    def service_actions(self) -> None:
        """End the thread that answers once the server is closed; it would ask the closed socket over and over."""
        if self.socket.fileno() < 0:
            raise _Closed

    def _answer(self) -> None:
        with contextlib.suppress(_Closed):
            self.serve_forever()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing when a client goes away early."""


class TlsServer(Server):
    """A server that speaks TLS."""

    tls: ssl.SSLContext

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return super().url.replace("http:", "https:")

    def get_request(self) -> tuple[socket.socket, Any]:
        """Take a connection; its handshake is made by the thread that answers, so that nobody waits for another's."""
        connection, address = super().get_request()
        return self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address


class Handler(BaseHTTPRequestHandler):
    """Keeps connections open and answers with a length."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def send(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Send a whole answer."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """What the platform's proxy says of itself."""
        return self.server.says

    def log_message(self, *_args: object) -> None:
        """The log of an application is its own matter."""
