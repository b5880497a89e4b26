"""An application like Evolution Hub, over TLS: its health path, its API, its pages, and an event for each request."""

from __future__ import annotations

import json
import secrets
import ssl
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from ops_tests.sandbox.evolution_hub.invocations import Asked, Invocations
from ops_tests.sandbox.evolution_hub.scenario import NONCE, Health, Scenario
from ops_tests.sandbox.http_server import Handler, TlsServer
from ops_tests.sandbox.scenario import WebPage
from ops_tests.sandbox.wrangler_state import VISITOR

PAGE = b"<!doctype html><html><head><title>Evolution Hub</title></head><body><h1>Evolution Hub</h1></body></html>"
JSON = {"Content-Type": "application/json; charset=utf-8"}
LOOSE_CSP = "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' https://cdn.jsdelivr.net"
"""What every environment but production has."""
USAGE = {"X-Usage-OwnerType": "guest", "X-Usage-Plan": "free", "X-Usage-Limit": "3"}
PER_MINUTE = 60
"""How often the health path answers one address; more is 429."""
CORE_TABLES = ("users", "comments")
TABLES = (*CORE_TABLES, "comment_moderation", "comment_reports", "discount_codes")


class Application(TlsServer):
    """The application's server.

    Args:
        scenario: What is planned.
        tls: The server's side of TLS.
        invocations: Where each request is written down.
        tables: Names the tables of the database.
    """

    def __init__(
        self, scenario: Scenario, tls: ssl.SSLContext, invocations: Invocations, tables: Callable[[], set[str]]
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.scenario, self.tls, self.invocations, self.tables = scenario, tls, invocations, tables
        self.pages = {page.path: page for page in scenario.edge.pages}
        self._visits, self._asked, self._counting = count(1), deque[float](maxlen=PER_MINUTE), threading.Lock()
        self.server_bind()
        if scenario.listens:
            self.server_activate()

    def answer(self) -> None:
        """Begin to answer; a port that is bound and does not listen refuses every connection."""
        if self.scenario.listens:
            super().answer()

    def fails(self) -> bool:
        """Whether this visit is one of those that fail."""
        every = self.scenario.visitors.failing_every
        return bool(every) and next(self._visits) % every == 0

    def too_often(self) -> bool:
        """Whether the health path was asked its number of times within the last minute."""
        with self._counting:
            now = time.monotonic()
            if len(self._asked) == PER_MINUTE and now - self._asked[0] < 60:
                return True
            self._asked.append(now)
            return False


class _Handler(Handler):
    server: Application

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        self._began = time.time()
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = urlsplit(self.path).path
        if self.headers.get("User-Agent") == VISITOR and self.server.fails():
            plan = self.server.scenario.visitors
            return self._finish(plan.status, b"error code: 1101", outcome=plan.outcome)
        if path.startswith("/api/"):
            return self._api(path)
        return self._page(self.server.pages.get(path, WebPage(path, 404)))

    do_HEAD = do_POST = do_PUT = do_DELETE = do_OPTIONS = do_GET  # noqa: N815 - as above

    def _page(self, page: WebPage) -> None:
        headers = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store, no-cache, must-revalidate"}
        location = {"Location": page.redirect_to} if page.redirect_to else {}
        self._finish(page.status, b"" if location else PAGE, {**headers, **location})

    def _api(self, path: str) -> None:
        answers = {"/api/health": self._health, "/api/health/db": self._tables, "/api/ai-image/usage": self._usage}
        if path not in answers:
            return self._refuse(404, "not_found", "Not found")
        if self.command != "GET":
            return self._refuse(405, "method_not_allowed", "Method not allowed", {"Allow": "GET"})
        return answers[path]()

    def _usage(self) -> None:
        time.sleep(self.server.scenario.api_seconds)
        if (status := self.server.scenario.api_status) != 200:
            return self._refuse(status, "server_error", "Internal server error")
        return self._say(200, {"success": True, "data": {"used": 0, "limit": 3}}, USAGE)

    def _tables(self) -> None:
        there = self.server.tables()
        status = "ok" if there.issuperset(CORE_TABLES) else "degraded"
        self._say(
            200, {"success": True, "data": {"status": status, "tables": {name: name in there for name in TABLES}}}
        )

    def _health(self) -> None:
        plan = self.server.scenario.health
        if self.server.too_often():
            return self._say(429, {"error": "Rate limit exceeded", "retryAfter": 60}, {"Retry-After": "60"})
        time.sleep(plan.delay_seconds)
        if plan.body:
            return self._finish(plan.status, plan.body.encode(), {"Content-Type": "text/html; charset=utf-8"})
        if not plan.success:
            return self._refuse(plan.status, "server_error", "Internal server error")
        took = f"{1000 * (time.time() - self._began):.0f}ms"
        return self._say(plan.status, {"success": True, "data": _condition(plan, took)})

    def _refuse(self, status: int, kind: str, message: str, headers: dict[str, str] | None = None) -> None:
        self._say(status, {"success": False, "error": {"type": kind, "message": message}}, headers)

    def _say(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        self._finish(status, json.dumps(body, separators=(",", ":")).encode(), {**JSON, **(headers or {})})

    def _finish(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None, outcome: str = "ok"
    ) -> None:
        given = {name.lower(): value for name, value in self.headers.items()}
        self.server.invocations.write(
            Asked(self.command, f"{self.server.url}{self.path}", given, self._began), status, outcome
        )
        length = {"Content-Length": str(len(body))}
        self.send(status, b"" if self.command == "HEAD" else body, {**_secure(self.server.scenario), **(headers or {}),
                                                                    **length})  # fmt: skip


def _secure(plan: Scenario) -> dict[str, str]:
    """The headers of every answer; a nonce is another each time."""
    headers = dict(plan.edge.headers)
    if plan.environment != "production" and "Content-Security-Policy" in headers:
        headers["Content-Security-Policy"] = LOOSE_CSP
    nonce = secrets.token_urlsafe(16)
    return {name: value.replace(NONCE, nonce) for name, value in headers.items()}


def _condition(plan: Health, took: str) -> dict[str, Any]:
    services = {"d1": plan.d1, "kv": plan.kv, "r2": plan.r2}
    errors = [f"{name.upper()}: network connection lost" for name, well in services.items() if not well]
    return {
        "status": "degraded" if errors else "ok",
        "services": services,
        "duration": took,
        "timestamp": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}.000Z",
        "version": plan.version,
        **({"errors": errors} if errors else {}),
    }
