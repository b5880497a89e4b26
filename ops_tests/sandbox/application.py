"""An application like Timedify, over TLS: its health path, its pages, its six webhooks, and an access line for each."""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ops_tests.sandbox.http_server import Handler, TlsServer
from ops_tests.sandbox.scenario import Health, Scenario, WebPage
from ops_tests.sandbox.topics import TOPICS, Log

if TYPE_CHECKING:
    from ops_tests.sandbox.deliveries import Deliveries

PAGE = b"<!doctype html><html><head><title>Timedify</title></head><body><h1>Timedify</h1></body></html>"


@dataclass(frozen=True)
class Ways:
    """What the application is connected with: the log, the platform that wakes it, and whether a machine is up."""

    log: Log
    wake: Callable[[], None]
    up: Callable[[], bool]


class Application(TlsServer):
    """The application's server."""

    def __init__(self, scenario: Scenario, deliveries: Deliveries, ways: Ways, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.scenario, self.deliveries, self.tls = scenario, deliveries, tls
        self.log, self._wake, self.up = ways.log, ways.wake, ways.up
        self.pages = {page.path: page for page in scenario.edge.pages}
        self._asleep = scenario.health.wakes_after_seconds > 0
        self.server_bind()
        if scenario.listens:
            self.server_activate()

    def answer(self) -> None:
        """Begin to answer; a port that is bound and does not listen refuses every connection."""
        if self.scenario.listens:
            super().answer()

    def awake(self) -> None:
        """Return when a machine is there to answer; the first request may have to wait for its start."""
        if self._asleep:
            self._asleep = False
            time.sleep(self.scenario.health.wakes_after_seconds)
            self._wake()


class _Handler(Handler):
    server: Application

    def setup(self) -> None:
        """Take up a connection; what comes before its handshake costs whoever opens it, once."""
        time.sleep(self.server.scenario.edge.opening_seconds)
        super().setup()

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        started = time.perf_counter()
        path = urlsplit(self.path).path
        self._body()
        if not self.server.up():
            return self._nobody()
        if path == "/health":
            return self._health(self.server.scenario.health, started)
        if path in self.server.pages:
            return self._page(self.server.pages[path], started)
        if path in TOPICS and not self.server.scenario.webhooks.answers_get:
            return self._finish(405, started, b"Method not allowed")
        return self._finish(200 if path in TOPICS else 404, started)

    do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815 - as above

    def do_POST(self) -> None:  # noqa: N802 - as above
        started = time.perf_counter()
        path = urlsplit(self.path).path
        body = self._body()
        if not self.server.up():
            return self._nobody()
        if path not in TOPICS:
            return self._finish(405 if path == "/health" else 404, started)
        status, delay = self.server.deliveries.receive(
            path, {name.lower(): value for name, value in self.headers.items()}, body
        )
        time.sleep(delay)
        return self._finish(status, started)

    def _nobody(self) -> None:
        """The proxy's answer while no machine is started; the application knows nothing of the request."""
        self.send(503)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _page(self, page: WebPage, started: float) -> None:
        headers = dict(self.server.scenario.edge.headers)
        if page.status == 200:
            return self._finish(200, started, PAGE, {"Content-Type": "text/html; charset=utf-8", **headers})
        # As with health, any other answer is the proxy's.
        return self.send(page.status, b"", {**headers, **({"Location": page.redirect_to} if page.redirect_to else {})})

    def _health(self, plan: Health, started: float) -> None:
        self.server.awake()
        if plan == Health(wakes_after_seconds=plan.wakes_after_seconds):
            return self._finish(200, started, plan.body.encode(), {"Content-Type": plan.content_type})
        # Any other answer is the proxy's in front of the application, of which the application's log knows nothing.
        time.sleep(plan.delay_seconds)
        if plan.resets:
            return self._reset()
        headers = {"Content-Type": plan.content_type, **({"Location": plan.redirect_to} if plan.redirect_to else {})}
        if plan.goes_on:
            return self._go_on(plan, headers)
        body = _encoded(plan)
        if plan.encoding:
            headers["Content-Encoding"] = plan.encoding.partition(",")[0]
        if plan.cut:
            headers["Content-Length"] = str(len(body) * 2)
            self.close_connection = True
        return self.send(plan.status, body, headers)

    def _reset(self) -> None:
        """Close without the farewell of TCP, so that the other side meets a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def _go_on(self, plan: Health, headers: dict[str, str]) -> None:
        """Send a body until the other side has had enough."""
        self.close_connection = True
        self.send(plan.status, plan.body.encode(), {**headers, "Content-Length": str(2**40)})
        piece, pause = (b" " * 65536, 0.0) if plan.goes_on == "fast" else (b" ", 0.2)
        try:
            while True:
                self.wfile.write(piece)
                time.sleep(pause)
        except OSError:
            return

    def _finish(self, status: int, started: float, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Answer and write the access line as remix-serve does."""
        milliseconds = (time.perf_counter() - started) * 1000
        self.server.log(f"{self.command} {self.path} {status} - - {milliseconds:.3f} ms")
        self.send(HTTPStatus(status), b"" if self.command == "HEAD" else body, headers)


def _encoded(plan: Health) -> bytes:
    body = plan.body.encode()
    if not plan.encoding.startswith("gzip"):
        return body
    packed = gzip.compress(body)
    return packed[: len(packed) // 2] if "cut" in plan.encoding else packed
