"""An application like Timedify: its health path, its six webhooks, and an access line for each request."""

from __future__ import annotations

import time
from http import HTTPStatus
from urllib.parse import urlsplit

from ops_tests.sandbox.deliveries import Deliveries
from ops_tests.sandbox.http_server import Handler, Server
from ops_tests.sandbox.scenario import Health, Scenario
from ops_tests.sandbox.topics import TOPICS, Log


class Application(Server):
    """The application's server."""

    def __init__(self, scenario: Scenario, deliveries: Deliveries, log: Log) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.scenario, self.deliveries, self.log = scenario, deliveries, log
        self.server_bind()
        if scenario.listens:
            self.server_activate()

    def answer(self) -> None:
        """Begin to answer; a port that is bound and does not listen refuses every connection."""
        if self.scenario.listens:
            super().answer()


class _Handler(Handler):
    server: Application

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        started = time.perf_counter()
        path = urlsplit(self.path).path
        self._body()
        if path == "/health":
            self._health(self.server.scenario.health, started)
        elif path in TOPICS and not self.server.scenario.webhooks.answers_get:
            self._finish(405, started, b"Method not allowed")
        else:
            self._finish(200 if path in TOPICS else 404, started)

    do_HEAD = do_PUT = do_DELETE = do_GET  # noqa: N815 - as above

    def do_POST(self) -> None:  # noqa: N802 - as above
        started = time.perf_counter()
        path = urlsplit(self.path).path
        body = self._body()
        if path not in TOPICS:
            return self._finish(405 if path == "/health" else 404, started)
        status, delay = self.server.deliveries.receive(
            path, {name.lower(): value for name, value in self.headers.items()}, body
        )
        time.sleep(delay)
        return self._finish(status, started)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _health(self, plan: Health, started: float) -> None:
        if plan == Health():
            return self._finish(200, started, plan.body.encode(), {"Content-Type": plan.content_type})
        # Any other answer is the proxy's in front of the application, of which the application's log knows nothing.
        time.sleep(plan.delay_seconds)
        headers = {"Content-Type": plan.content_type, **({"Location": plan.redirect_to} if plan.redirect_to else {})}
        body = plan.body.encode()
        if plan.cut:
            headers["Content-Length"] = str(len(body) * 2)
            self.close_connection = True
        return self.send(plan.status, body, headers)

    def _finish(self, status: int, started: float, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Answer and write the access line as remix-serve does."""
        milliseconds = (time.perf_counter() - started) * 1000
        self.server.log(f"{self.command} {self.path} {status} - - {milliseconds:.3f} ms")
        self.send(HTTPStatus(status), b"" if self.command == "HEAD" else body, headers)
