"""Cloudflare's GraphQL API: a day of the Worker's invocations, in the shape of ``workersInvocationsAdaptive``."""

from __future__ import annotations

import itertools
import json
import time
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.http_server import Handler, Server

if TYPE_CHECKING:
    from ops_tests.sandbox.evolution_hub.scenario import Analytics

BASE_PATH = "/client/v4"
HANG_SECONDS = 20.0
"""Longer than any client waits."""
JSON = {"Content-Type": "application/json"}
PAGE = b"<!doctype html><title>Cloudflare</title><p>Checking your browser"
REFUSED = {"success": False, "errors": [{"code": 10000, "message": "Authentication error"}]}
TOO_MANY = {"data": None, "errors": [{"message": "rate limiter budget depleted, try again after 5 minutes"}]}
TOO_OLD = {"data": None, "errors": [{
    "message": "cannot request data older than 7776000s", "path": ["viewer", "accounts", "0"],
    "extensions": {"timestamp": "2026-08-20T12:00:00Z"}}]}  # fmt: skip
Answer = tuple[int, bytes, dict[str, str]]


class AnalyticsApi(Server):
    """``POST /client/v4/graphql`` about one account, for whoever bears the token.

    Args:
        plan: What it tells, and how.
        account: The account's id.
        worker: The one Worker that was invoked; "" for none.
        token: The token that may read; "" refuses each.
    """

    says = "cloudflare"

    def __init__(self, plan: Analytics, account: str, worker: str, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._plan, self._account, self._worker, self._token = plan, account, worker, token
        self._asked = itertools.count()

    def status(self, authorization: str) -> int:
        """The HTTP status a request deserves before anybody reads it."""
        if self._plan.api == "refused" or not self._token or authorization != f"Bearer {self._token}":
            return 403
        return 429 if self._plan.api == "limited at first" and next(self._asked) == 0 else 200

    def said(self, variables: dict[str, Any]) -> Answer:
        """The answer to the one query there is."""
        habit = self._plan.api
        time.sleep(HANG_SECONDS if habit == "hangs" else 0)
        if habit == "html":
            return 200, PAGE, {"Content-Type": "text/html"}
        whole = _bytes(TOO_OLD if habit == "error" else self._document(variables))
        return 200, whole[: len(whole) // 2] if habit == "cut" else whole, JSON

    def _document(self, variables: dict[str, Any]) -> dict[str, Any]:
        known = variables.get("account") == self._account and self._plan.api != "unknown account"
        ours = variables.get("worker") == self._worker
        groups = [_group(self._worker, *one) for one in self._plan.invocations] if ours else []
        accounts = [{"workersInvocationsAdaptive": groups}] if known else []
        return {"data": {"viewer": {"accounts": accounts}}, "errors": None}


class _Handler(Handler):
    server: AnalyticsApi

    def do_POST(self) -> None:  # noqa: N802 - the name http.server looks for
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path != f"{BASE_PATH}/graphql":
            return self.send(404, b"{}", JSON)
        status = self.server.status(self.headers.get("Authorization", ""))
        if status != 200:
            return self.send(status, _bytes(REFUSED if status == 403 else TOO_MANY), JSON)
        return self.send(*self.server.said(json.loads(body)["variables"]))


def _group(worker: str, status: str, requests: int, errors: int) -> dict[str, Any]:
    return {"sum": {"requests": requests, "errors": errors}, "dimensions": {"scriptName": worker, "status": status}}


def _bytes(document: dict[str, Any]) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
