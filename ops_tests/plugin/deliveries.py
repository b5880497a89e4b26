"""Synthetic webhook deliveries: cleared, sent, answered.

Nothing is sent before a query has proved that no real shop bears the synthetic prefix. The log is read before the first
delivery, so that our own lines do not disturb the look for errors.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Blind, Unreachable, UnsafeToSend
from ops_tests.plugin.gather import observation
from ops_tests.records.run import SyntheticDelivery

if TYPE_CHECKING:
    from ops_tests.clients.webhooks import Webhooks
    from ops_tests.plugin.look import Look
    from ops_tests.records.logs import LogWindow
    from ops_tests.records.run import Kind
    from ops_tests.records.webhooks import Announcement, Deliveries, Delivery, RepeatedDelivery
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint, WebhooksPart

SENDING_SECONDS = 60.0
"""After this time nothing more of one kind is sent: enough for the six of a Shopify app, each waited for in vain."""


def webhooks_part_of(target: Target) -> WebhooksPart:
    """The part [webhooks], which every observation here needs."""
    assert target.webhooks is not None, "only applicable with [webhooks]"  # noqa: S101  # NEEDS has seen to it
    return target.webhooks


def client_of(look: Look, series: str = "") -> Webhooks:
    """A client of its own for a look; its shops bear the run's id, and the name of its series where there is one."""
    from ops_tests.clients.webhooks import Webhooks

    part = webhooks_part_of(look.target)
    named = f"{look.run.run_id}-{series}" if series else look.run.run_id

    def announce(one: Announcement) -> None:
        look.run.deliveries.append(SyntheticDelivery(target=look.target.name, **asdict(one)))

    return Webhooks(look.web, look.target.secret(part.secret_env), part.synthetic_prefix, named, announce)


@observation("webhooks.synthetic")
def sender(look: Look) -> Webhooks:
    """The client that sends synthetic deliveries: one a run, so that no two deliveries share a shop."""
    return client_of(look)


@observation("webhooks.synthetic")
def synthetic_clearance(look: Look) -> str:
    """The proof that no real shop bears the synthetic prefix; without it nothing is sent."""
    prefix = webhooks_part_of(look.target).synthetic_prefix
    if look.target.database is None:
        return f"the target file vouches that no real shop begins with {prefix}"
    try:
        found = look.database.sessions_with_prefix(prefix)
    except Blind as error:
        message = f'nothing was sent: whether a real shop begins with "{prefix}" could not be asked ({error})'
        raise UnsafeToSend(message) from None
    if found:
        message = (
            f'nothing was sent: {found} rows of "Session" belong to shops that begin with "{prefix}"; '
            "choose another webhooks.synthetic_prefix"
        )
        raise UnsafeToSend(message)
    return f'no row of "Session" begins with {prefix}'


@observation("webhooks.synthetic")
def signed_deliveries(look: Look) -> Deliveries:
    """One signed delivery to each endpoint."""
    log_before = clear_to_send(look)
    return _send(look, "signed", look.see("sender").signed, log_before)


@observation("webhooks.synthetic")
def forged_deliveries(look: Look) -> Deliveries:
    """One delivery with a wrong signature to each endpoint."""
    clear_to_send(look)
    return _send(look, "forged", look.see("sender").forged)


@observation("webhooks.synthetic")
def unsigned_deliveries(look: Look) -> Deliveries:
    """One delivery without a signature to each endpoint."""
    clear_to_send(look)
    return _send(look, "unsigned", look.see("sender").unsigned)


@observation("webhooks")
def get_answers(look: Look) -> Deliveries:
    """One GET to each endpoint: nothing is delivered, so no clearance is needed."""
    return _send(look, "get", client_of(look).get)


def clear_to_send(look: Look) -> LogWindow | None:
    """Let the look for errors end before the first delivery; its window, when the run asks for one and can see."""
    look.see("synthetic_clearance")
    windows = [_seen_before(look, name) for name in ("activity_log", "recent_logs")]
    return windows[-1]


def _seen_before(look: Look, name: str) -> LogWindow | None:
    if not look.wanted(name):
        return None
    try:
        window: LogWindow = look.see(name)
    except Blind:
        return None
    return window


def _send(
    look: Look, kind: Kind, send: Callable[[Endpoint], Delivery], log_before: LogWindow | None = None
) -> Deliveries:
    from ops_tests.records.webhooks import Deliveries

    ends_at = time.monotonic() + SENDING_SECONDS
    answered: dict[str, Delivery] = {}
    unanswered: dict[str, str] = {}
    for endpoint in webhooks_part_of(look.target).endpoints:
        if time.monotonic() > ends_at:
            unanswered[endpoint.path] = (
                f"nothing was sent to {endpoint.path}: the endpoints before it took {SENDING_SECONDS:g} s; expected "
                "time for all. Look at why they are slow"
            )
            continue
        try:
            answered[endpoint.path] = send(endpoint)
        except Unreachable as error:
            unanswered[endpoint.path] = str(error)
    return Deliveries(kind, answered, unanswered, log_before)


@observation("webhooks.synthetic", "webhooks.records_deliveries", "database")
def repeated_delivery(look: Look) -> RepeatedDelivery:
    """A delivery of the most harmless topic sent twice under one id, and its rows once the effect's time has passed."""
    from ops_tests.records.webhooks import RepeatedDelivery

    part = webhooks_part_of(look.target)
    clear_to_send(look)
    sender = look.see("sender")
    first = sender.signed(harmless_endpoint(part))
    second = sender.repeat(first)
    time.sleep(part.effect_within_seconds)
    rows = look.database.webhook_events([first.webhook_id], [first.shop])
    by_id, by_shop = (row.id == first.webhook_id for row in rows), (row.shop == first.shop for row in rows)
    return RepeatedDelivery(first, second, rows_by_id=sum(by_id), rows_by_shop=sum(by_shop))


def harmless_endpoint(part: WebhooksPart) -> Endpoint:
    """The endpoint that does least with a delivery."""
    return next((one for one in part.endpoints if one.topic == "app/scopes_update"), part.endpoints[0])


def _of_endpoint(deliveries: Deliveries, endpoint: Endpoint) -> Delivery:
    """The endpoint's delivery.

    Raises:
        Unreachable: It got no answer.
    """
    if endpoint.path in deliveries.unanswered:
        raise Unreachable(deliveries.unanswered[endpoint.path])
    return deliveries.answered[endpoint.path]


@pytest.fixture
def signed_delivery(signed_deliveries: Deliveries, endpoint: Endpoint) -> Delivery:
    """The signed delivery to the endpoint under check."""
    return _of_endpoint(signed_deliveries, endpoint)


@pytest.fixture
def forged_delivery(forged_deliveries: Deliveries, endpoint: Endpoint) -> Delivery:
    """The forged delivery to the endpoint under check."""
    return _of_endpoint(forged_deliveries, endpoint)


@pytest.fixture
def unsigned_delivery(unsigned_deliveries: Deliveries, endpoint: Endpoint) -> Delivery:
    """The unsigned delivery to the endpoint under check."""
    return _of_endpoint(unsigned_deliveries, endpoint)


@pytest.fixture
def get_answer(get_answers: Deliveries, endpoint: Endpoint) -> Delivery:
    """The answer to a GET of the endpoint under check."""
    return _of_endpoint(get_answers, endpoint)
