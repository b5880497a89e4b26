"""Judging synthetic webhook deliveries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.records.run import Level
from ops_tests.rules.levels import level_of
from ops_tests.rules.log_entries import entries
from ops_tests.rules.log_errors import rejected_deliveries
from ops_tests.rules.wording import duration, listed

if TYPE_CHECKING:
    from ops_tests.limits import Limits
    from ops_tests.records.logs import LogWindow
    from ops_tests.records.webhooks import Deliveries, Delivery, Effect, RepeatedDelivery

_ACCEPTED = re.compile(r"\bPOST /\S*webhooks/\S* 200\b")


def refusal(delivery: Delivery, deliveries: Deliveries, limits: Limits) -> list[str]:
    """What a signed delivery met instead of a 200 within Shopify's time."""
    found = []
    if delivery.status != 200:
        found.append(f"answered {delivery.status}{_secret_hint(deliveries)}")
    if delivery.seconds > limits.webhook_seconds.value:
        found.append(f"took {duration(delivery.seconds)}")
    return found


def failed_percent(deliveries: Deliveries, limits: Limits) -> float:
    """Share of the endpoints whose delivery was not accepted, in percent."""
    failed = len(deliveries.unanswered) + sum(
        bool(refusal(one, deliveries, limits)) for one in deliveries.answered.values()
    )
    return 100 * failed / (len(deliveries.answered) + len(deliveries.unanswered))


def failure_level(deliveries: Deliveries, limits: Limits) -> Level:
    """L2 over 5 % of the endpoints, L3 when all fail; all answered 401 is L2 unless real deliveries are rejected too.

    Six times 401 looks like a rotated secret on our side. The log as it was before our first delivery tells whether
    real ones meet the same: then it shows 401 and not one accepted delivery; a single 401 is a test request or a probe.
    """
    if _all_unauthorised(deliveries) and not _real_ones_are_rejected(deliveries.log_before):
        return Level.L2
    return level_of(failed_percent(deliveries, limits), limits.webhook_failures_percent) or Level.L1


def _all_unauthorised(deliveries: Deliveries) -> bool:
    return not deliveries.unanswered and {one.status for one in deliveries.answered.values()} == {401}


def _real_ones_are_rejected(window: LogWindow | None) -> bool:
    lines = entries(window.lines) if window else []
    rejected = any("401" in entry.text for entry in rejected_deliveries(lines))
    return rejected and not any(_ACCEPTED.search(entry.text) for entry in lines)


def _secret_hint(deliveries: Deliveries) -> str:
    if not _all_unauthorised(deliveries):
        return ""
    return " like every other endpoint: our secret differs from the application's, or the application's is wrong"


def misanswered(delivery: Delivery, allowed: Sequence[int]) -> list[str]:
    """The status, when it is not one of the documented ones."""
    return [] if delivery.status in allowed else [f"answered {delivery.status}"]


def settled(effect: Effect) -> Effect:
    """The effect, if its presence or absence is certain.

    Raises:
        NotCovered: It was not seen, and nothing later was seen either.
    """
    if not effect.seen and not effect.decided:
        raise NotCovered(
            f"looked {effect.looked_for_seconds:.0f} s for {effect.expected!r} after the delivery to "
            f"{effect.delivery.path} and saw neither it nor any later line; is the log delayed?"
        )
    return effect


def strays(effects: Iterable[Effect]) -> list[str]:
    """Effects that deliveries had which should have had none.

    Raises:
        NotCovered: Absence is not certain for one of them, and no other betrays itself.
    """
    looked_at = list(effects)
    seen = [f"the {one.delivery.kind} delivery left {one.seen!r}" for one in looked_at if one.seen]
    return seen or [settled(one).seen for one in looked_at if not one.decided]


def miscounted_rows(repeated: RepeatedDelivery) -> list[str]:
    """How the rows of a delivery sent twice under one id differ from exactly one."""
    found = []
    if repeated.first.status != 200 or repeated.second.status != 200:
        found.append(f"the two sendings were answered {repeated.first.status} and {repeated.second.status}")
    if repeated.rows_by_id != 1:
        found.append(f"{repeated.rows_by_id} rows bear the delivery's id")
    if repeated.rows_by_shop != 1:
        found.append(f"{repeated.rows_by_shop} rows bear its shop")
    return found


def statuses(allowed: Sequence[int]) -> str:
    """Allowed statuses in words: ``401``, ``400 or 401``."""
    return listed(map(str, allowed)).replace(", ", " or ")
