"""How the application receives a webhook: verify, record, answer, and work in the background."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ops_tests.sandbox import signature
from ops_tests.sandbox.topics import TOPICS, Job, Log, Topic

if TYPE_CHECKING:
    from ops_tests.sandbox.application_tables import ApplicationTables
    from ops_tests.sandbox.scenario import Webhooks


class Deliveries:
    """Receives deliveries under the scenario's plan."""

    def __init__(self, plan: Webhooks, secret: str, tables: ApplicationTables, log: Log) -> None:
        self._plan = plan
        self._secret = secrets.token_hex(16) if plan.verifies_with_another_secret else secret
        self._tables = tables
        self._log = log
        self._numbers = itertools.count(1)

    def receive(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, float]:
        """Treat one POST.

        Returns:
            The status, and how many seconds to wait before it is sent.
        """
        topic = TOPICS[path]
        status = signature.refusal(headers, body, self._secret, self._plan.unsigned_status)
        if status and not (status == 401 and self._plan.accepts_forged):
            self._say_refused(topic, headers, status)
            if self._plan.works_on_forged and all(headers.get(name) for name in signature.REQUIRED):
                self._take_on(topic, headers, body)
            return status, 0
        return self._treat(path, topic, headers, body), self._delay(path)

    def _delay(self, path: str) -> float:
        """How many seconds this delivery is late."""
        if path not in self._plan.slow:
            return 0
        return 0 if next(self._numbers) % self._plan.slow_every else self._plan.slow_seconds

    def _treat(self, path: str, topic: Topic, headers: Mapping[str, str], body: bytes) -> int:
        """The status of a valid delivery."""
        if path in self._plan.failing:
            self._log(f"{topic.label}: webhook error: Error: socket hang up")
            return 500
        if self._plan.swallows:
            return 200
        if not _is_json(body):
            self._log(f"{topic.label}: webhook error: SyntaxError: Unexpected token in JSON at position 0")
            return 500
        if (arrived := signature.normalised(headers[signature.TOPIC])) != topic.name:
            self._log(f"Unexpected topic at {path}: {arrived}")
            return 200
        self._take_on(topic, headers, body)
        return 200

    def _say_refused(self, topic: Topic, headers: Mapping[str, str], status: int) -> None:
        if not headers.get(signature.SIGNATURE) and status == 200:
            self._log(f"{topic.label}: no HMAC (test request) → respond 200")
            return
        reason = {401: "Unauthorized", 400: "Bad Request"}.get(status, "Internal Server Error")
        dump = ("Response {", f"  status: {status},", f"  statusText: '{reason}',", "  headers: Headers {},",
                "  body: null,", "  ok: false", "}")  # fmt: skip
        self._log(f"{topic.label}: webhook error: " + "\n".join(dump))

    def _take_on(self, topic: Topic, headers: Mapping[str, str], body: bytes) -> None:
        """Record the delivery and work on it in the background, unless it was here before."""
        shop = headers[signature.SHOP]
        own = f"{topic.name}-{shop}" if self._plan.records_under_another_id else headers[signature.WEBHOOK_ID]
        if not self._tables.record(own, topic.name, shop):
            return
        if self._plan.records_twice:
            self._tables.record_again(topic.name, shop)
        job = Job(topic.label, shop, json.loads(body), self._tables, self._log)
        threading.Thread(target=self._work, args=(topic, job, body), daemon=True).start()

    def _work(self, topic: Topic, job: Job, body: bytes) -> None:
        try:
            topic.work(job)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises becomes a dead letter
            self._log(f"{topic.label}: {topic.failure} for {job.shop} {error!r}")
            self._tables.put_aside(topic.name, job.shop, body.decode(), repr(error))


def _is_json(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
