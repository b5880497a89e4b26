"""Fly's HTTP APIs: pages of the log store, and the metrics service, for whoever bears the token."""

from __future__ import annotations

import itertools
import json
import time
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, parse_qsl, urlsplit

from ops_tests.sandbox.http_server import Handler, Server
from ops_tests.sandbox.scenario import Logs

if TYPE_CHECKING:
    from ops_tests.sandbox.log_store import Entry, LogStore
    from ops_tests.sandbox.metrics_service import MetricsService

HEALTHY = Logs()
REACH = 120 * 10**9
"""How far back, in nanoseconds, a short-sighted API reaches."""


class LogsApi(Server):
    """``GET /api/v1/apps/<app>/logs?next_token=&instance=&region=``, and ``GET /prometheus/<org>/api/v1/...``."""

    def __init__(
        self,
        store: LogStore,
        app: str,
        token: str,
        plan: Logs = HEALTHY,
        metrics: MetricsService | None = None,
    ) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.metrics = metrics
        self.store, self.app, self.token, self.plan = store, app, token, plan
        self._asked = itertools.count()

    def status(self, path: str, authorization: str) -> int:
        """The HTTP status a request deserves."""
        if not self.token or authorization not in {f"Bearer {self.token}", f"FlyV1 {self.token}", self.token}:
            return 401
        return 200 if path == f"/api/v1/apps/{self.app}/logs" else 404

    def trouble(self, token: str) -> int:
        """The status of an API in trouble, or 0: the first request is one too many, or old lines are out of reach."""
        if self.plan.api == "limited at first" and next(self._asked) == 0:
            return 429
        return 503 if self.plan.api == "short-sighted" and token and int(token) < time.time_ns() - REACH else 0


class _Handler(Handler):
    server: LogsApi

    def do_GET(self) -> None:  # noqa: N802 - the name http.server looks for
        url = urlsplit(self.path)
        status = self.server.status(url.path, self.headers.get("Authorization", ""))
        if self.server.metrics and url.path.startswith("/prometheus/") and status != 401:
            return self.send(*self.server.metrics.answer(url.path, dict(parse_qsl(url.query))))
        if status != 200:
            return self.send(status, {401: b"Unauthorized", 404: b"Not Found"}[status], {"Content-Type": "text/plain"})
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        token = asked.get("next_token", "")
        if token and not token.isdecimal():
            return self.send(400, b'{"error":"invalid next_token"}', {"Content-Type": "application/json"})
        if trouble := self.server.trouble(token):
            return self.send(trouble, HTTPStatus(trouble).phrase.encode(), {"Content-Type": "text/plain"})
        time.sleep(self.server.plan.page_seconds)
        entries, token = self.server.store.page(token, asked.get("instance", ""), asked.get("region", ""))
        answer = f'{{"data": [{", ".join(map(_item, entries))}], "meta": {{"next_token": "{token}"}}}}'
        return self.send(200, answer.encode(), {"Content-Type": "application/json; charset=utf-8"})


@cache
def _item(entry: Entry) -> str:
    """The JSON of an entry, which whoever reads in small strides asks for again and again."""
    seconds, nanoseconds = divmod(entry.at, 10**9)
    timestamp = f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09d}Z"
    meta = {"instance": entry.instance, "region": entry.region, "event": {"provider": entry.provider},
            "http": {"request": {"id": "", "method": "", "version": ""}, "response": {"status_code": 0}},
            "error": {"code": 0, "message": ""}, "url": {"full": ""}}  # fmt: skip
    attributes = {
        "timestamp": timestamp,
        "message": entry.message,
        "level": "info",
        "instance": entry.instance,
        "region": entry.region,
    }
    item = {"id": str(entry.at), "type": "log", "attributes": {**attributes, "meta": meta}}
    return json.dumps(item, ensure_ascii=False)
