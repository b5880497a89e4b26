"""What synthetic webhook deliveries saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.logs import LogWindow
    from ops_tests.records.run import Kind


@dataclass(frozen=True)
class Delivery:
    """One synthetic delivery and its answer.

    Attributes:
        path: The endpoint's path.
        topic: The topic as Shopify writes it (``app/uninstalled``).
        kind: Signed, forged (wrong signature), unsigned, or a plain GET.
        shop: The synthetic shop, unique to this delivery; "" for a GET.
        webhook_id: ``X-Shopify-Webhook-Id``, unique to this delivery (the repeat of the once-check aside).
        sent_at: When it was sent, UTC.
        status: The answer's HTTP status.
        first_byte_seconds: From sending to the first byte of the answer.
        seconds: From sending to the last body byte.
        warm: Whether it went over a connection that had served before.
    """

    path: str
    topic: str
    kind: Kind
    shop: str
    webhook_id: str
    sent_at: datetime
    status: int
    first_byte_seconds: float
    seconds: float
    warm: bool = False


@dataclass(frozen=True)
class ResponseTimes:
    """How long one endpoint took to answer signed deliveries, one after another on a warm connection.

    Attributes:
        path: The endpoint's path.
        place: The host they were sent from.
        first_bytes: From sending to the first byte of the answer, seconds, in their order.
        connecting: What opening a TCP connection to the same address took, seconds: one way there and back.
        image: The image that answered, or "" where nobody knows.
        earlier: What earlier runs measured of this image, run by run, seconds, net of their connecting.
        left_out: How many answers do not count, since a connection had to be opened for them.
    """

    path: str
    place: str
    first_bytes: tuple[float, ...]
    connecting: float
    image: str
    earlier: tuple[tuple[float, ...], ...] = ()
    left_out: int = 0


@dataclass(frozen=True)
class Announcement:
    """A synthetic delivery that is about to be sent, whatever becomes of it.

    Attributes:
        path: The endpoint's path.
        kind: Signed, forged or unsigned.
        shop: The synthetic shop.
        webhook_id: ``X-Shopify-Webhook-Id``.
        sent_at: UTC.
    """

    path: str
    kind: Kind
    shop: str
    webhook_id: str
    sent_at: datetime


@dataclass(frozen=True)
class Deliveries:
    """All deliveries of one kind in this run, by endpoint path.

    Attributes:
        kind: What they have in common.
        answered: The deliveries that got an answer.
        unanswered: Why the others got none (refused, reset, timed out).
        log_before: The log as read before the first delivery, where the target has a log.
    """

    kind: Kind
    answered: Mapping[str, Delivery]
    unanswered: Mapping[str, str] = field(default_factory=dict)
    log_before: LogWindow | None = None


@dataclass(frozen=True)
class Effect:
    """Whether the documented effect of one delivery was seen.

    Attributes:
        delivery: The delivery in question.
        expected: What was looked for: the log line with our shop in it, or ``a row in webhook_events``.
        seen: The evidence (the log line, the row's id), or "" when there is none.
        decided: Whether absence means absence: a later log line is visible, or the waiting time has passed for a row.
        looked_for_seconds: How long after the delivery we last looked.
    """

    delivery: Delivery
    expected: str
    seen: str
    decided: bool
    looked_for_seconds: float


@dataclass(frozen=True)
class RepeatedDelivery:
    """One delivery sent twice under the same id, and the rows it left in ``webhook_events``.

    Attributes:
        first: The first sending.
        second: The repeat, same id, same body.
        rows_by_id: Rows whose id is the delivery's id.
        rows_by_shop: Rows whose shop is the delivery's synthetic shop.
    """

    first: Delivery
    second: Delivery
    rows_by_id: int
    rows_by_shop: int
