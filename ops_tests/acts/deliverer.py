"""Sends signed deliveries throughout, and repeats each as Shopify does until it is accepted."""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ops_tests.acts.alongside import Alongside
from ops_tests.acts.replay import webhooks_of
from ops_tests.clients.web import Web
from ops_tests.clients.webhooks import Announce, Webhooks
from ops_tests.errors import Unreachable
from ops_tests.records.drill import PersistentDelivery, Sending

if TYPE_CHECKING:
    from ops_tests.records.webhooks import Announcement, Delivery
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint

EVERY_SECONDS = 0.5
AT_MOST = 60
"""Deliveries of one drill: a live target gets no more, however long its restart takes."""
ANSWER_SECONDS = 5.0
"""Shopify gives up after so long."""
WAITS = tuple(0.5 * 2**tries for tries in range(8))
"""Before each of Shopify's 8 repetitions, seconds: exponential over 4 h there (its changelog of 2024-09-10), over two
minutes here."""


@dataclass(order=True)
class _Due:
    at: float
    announced: Announcement = field(compare=False)


class Deliverer(Alongside):
    """Delivers from ``with`` to its end, in a thread of its own; `finish` waits for what is to be repeated.

    Args:
        target: To whom, with [webhooks].
        endpoint: The endpoint that does least with a delivery.
        run_id: Unique to this drill; part of each shop's name.
        announce: Told of each delivery before it is sent.
    """

    def __init__(self, target: Target, endpoint: Endpoint, run_id: str, announce: Announce) -> None:
        part = webhooks_of(target)
        web = Web(target.base_url, seconds=ANSWER_SECONDS, authority=target.authority)
        super().__init__("deliverer", web)
        self._endpoint, self._announce = endpoint, announce
        self._client = Webhooks(web, target.secret(part.secret_env), part.synthetic_prefix, run_id, self._announced)
        self._latest: Announcement | None = None
        self._tries: dict[str, tuple[str, list[Sending]]] = {}
        self._due: list[_Due] = []
        self._no_more = threading.Event()

    def finish(self) -> tuple[PersistentDelivery, ...]:
        """Send nothing new, wait until every delivery is accepted or given up, and return them in their order."""
        self._no_more.set()
        self._thread.join()
        self._demand_whole()
        return tuple(
            PersistentDelivery(webhook_id, shop, tuple(tries)) for webhook_id, (shop, tries) in self._tries.items()
        )

    def _announced(self, one: Announcement) -> None:
        self._latest = one
        self._announce(one)

    def _go_on(self) -> None:
        next_new = time.monotonic()
        while not self._over.is_set() and not (self._no_more.is_set() and not self._due):
            now = time.monotonic()
            if self._due and self._due[0].at <= now:
                again = heapq.heappop(self._due).announced
                self._send(lambda: self._client.repeat(again))  # noqa: B023 - called at once
            elif now >= next_new and len(self._tries) < AT_MOST and not self._no_more.is_set():
                next_new = now + EVERY_SECONDS
                self._send(lambda: self._client.signed(self._endpoint))
            else:
                self._over.wait(0.02)

    def _send(self, send: Callable[[], Delivery]) -> None:
        sent_at = datetime.now(UTC)
        wrong = _wrong(send)
        one = self._latest
        assert one is not None  # noqa: S101 - announced before it was sent
        _, tries = self._tries.setdefault(one.webhook_id, (one.shop, []))
        tries.append(Sending(sent_at, datetime.now(UTC), wrong))
        if wrong and len(tries) <= len(WAITS):
            heapq.heappush(self._due, _Due(time.monotonic() + WAITS[len(tries) - 1], one))


def _wrong(send: Callable[[], Delivery]) -> str:
    try:
        status = send().status
    except Unreachable as error:
        return str(error)
    return "" if 200 <= status < 300 else f"{status}"
