"""Judging whether a dead letter may be sent again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.records.replay import Waiting
    from ops_tests.target_parts import Endpoint

DESTRUCTIVE = frozenset({"APP_UNINSTALLED", "SHOP_REDACT", "CUSTOMERS_REDACT"})
"""What these topics do cannot be undone: replayed after the shop came back, they delete what it has now."""
SHOPIFY_GIVES_UP_SECONDS = 4 * 3600
"""Shopify repeats a delivery for 4 h (its changelog of 2024-09-10): so late nobody expects one any more."""


def normalised(topic: str) -> str:
    """A topic as Shopify's library writes it: ``app/uninstalled`` and ``APP_UNINSTALLED`` are the same."""
    return topic.upper().replace("/", "_").replace(".", "_")


def endpoint_of(topic: str, endpoints: Iterable[Endpoint]) -> Endpoint | None:
    """The endpoint that takes a topic, or None."""
    return next((one for one in endpoints if normalised(one.topic) == normalised(topic)), None)


def age_seconds(letter: Waiting) -> float:
    """How long ago it was put aside, by the database's clock."""
    return (letter.read_at - letter.created_at).total_seconds()


def danger(letter: Waiting) -> str:
    """Why replaying it may destroy what the shop has now, or ""."""
    if normalised(letter.topic) not in DESTRUCTIVE:
        return ""
    if letter.installed:
        return "its shop has a session now, which the replay might delete"
    age = age_seconds(letter)
    if age > SHOPIFY_GIVES_UP_SECONDS:
        limit = duration(SHOPIFY_GIVES_UP_SECONDS)
        return f"it is {duration(age)} old, and what it destroys may be wanted again after {limit}"
    return ""


def obstacle(letter: Waiting, endpoint: Endpoint | None, *, has_log: bool) -> str:
    """Why it cannot be replayed at all as the target file stands, or ""; without proof no letter would be marked."""
    if endpoint is None:
        return f"no endpoint in the target file takes {letter.topic}; add it to [[webhooks.endpoints]]"
    if endpoint.effect is None:
        return f"nothing would prove the work of {endpoint.path}; add its effect to [[webhooks.endpoints]]"
    if endpoint.effect.log and not has_log:
        return f"the work of {endpoint.path} shows in the log, and the target file has none; add [platform] and [logs]"
    return ""


def damage(payload: str) -> str:
    """Why the stored payload cannot be sent, or ""."""
    try:
        json.loads(payload)
    except (ValueError, RecursionError):
        return "its payload is not JSON, and the application would refuse it; the work must be done by hand"
    return ""


def tried(count: int, tries: int) -> str:
    """How often it was replayed in vain: ``1 of 3 tries in vain``."""
    return f"used up its {tries} tries ({count})" if count >= tries else f"{count} of {tries} tries in vain"
