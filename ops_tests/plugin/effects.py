"""What became of the synthetic deliveries: a log line, a row, or nothing, and whether nothing is certain."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Blind
from ops_tests.plugin.applicable import NEEDS
from ops_tests.plugin.deliveries import webhooks_part_of
from ops_tests.plugin.gather import observation
from ops_tests.plugin.observations_logs import read_log

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.plugin.options import Settings
    from ops_tests.records.webhooks import Delivery, Effect
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint

_KINDS = ("signed_deliveries", "forged_deliveries", "unsigned_deliveries")


@observation("webhooks.synthetic")
def effects(look: Look) -> Mapping[str, Mapping[str, Effect] | Blind]:
    """Both sources of proof, watched side by side: what each saw by webhook id, or why it is blind."""
    sources = [name for name in ("log_effects", "row_effects") if not NEEDS[name](look.target, None, look.run.settings)]
    for name in sources:
        look.gatherer.start(look.target, name)
    return {name: _seen_by(look, name) for name in sources}


def _seen_by(look: Look, source: str) -> Mapping[str, Effect] | Blind:
    try:
        seen: Mapping[str, Effect] = look.see(source)
    except Blind as error:
        return error
    return seen


@observation("webhooks.synthetic", "platform.app", "logs")
def log_effects(look: Look) -> Mapping[str, Effect]:
    """For each delivery of this run, by webhook id, whether its endpoint's log line came."""
    expected = {
        one.path: one.effect.log for one in webhooks_part_of(look.target).endpoints if one.effect and one.effect.log
    }
    deliveries = [one for one in _sent(look) if one.path in expected]
    return _watched(look, deliveries, lambda: _in_log(look, deliveries, expected))


@observation("webhooks.synthetic", "database")
def row_effects(look: Look) -> Mapping[str, Effect]:
    """For each delivery of this run, by webhook id, whether a row of ``webhook_events`` records it."""
    deliveries = _sent(look)
    return _watched(look, deliveries, lambda: _in_rows(look, deliveries))


def _sent(look: Look) -> list[Delivery]:
    """Every delivery of the kinds this run asks for."""
    kinds = [look.see(name) for name in _KINDS if look.wanted(name)]
    return [delivery for deliveries in kinds for delivery in deliveries.answered.values()]


def _watched(look: Look, deliveries: list[Delivery], read: Callable[[], list[Effect]]) -> Mapping[str, Effect]:
    """Read until every effect is seen or its absence is certain, at the instrument's pace, for a limited time."""
    from ops_tests.rules.effects import LOOK_EVERY_SECONDS, LOOK_LONGER_SECONDS

    last = max((one.sent_at for one in deliveries), default=datetime.now(UTC))
    patience = webhooks_part_of(look.target).effect_within_seconds + LOOK_LONGER_SECONDS
    while True:
        effects = read()
        pending = [one for one in effects if not one.seen and not one.decided]
        if not pending or (datetime.now(UTC) - last).total_seconds() > patience:
            return {one.delivery.webhook_id: one for one in effects}
        time.sleep(LOOK_EVERY_SECONDS)


def _in_log(look: Look, deliveries: Iterable[Delivery], expected: Mapping[str, str]) -> list[Effect]:
    from ops_tests.rules.effects import CLOCK_SLACK, absence_is_certain, line_with

    sent = list(deliveries)
    since = min((one.sent_at for one in sent), default=datetime.now(UTC)) - CLOCK_SLACK
    window = read_log(look, since)
    within = webhooks_part_of(look.target).effect_within_seconds
    effects = []
    for one in sent:
        wanted = expected[one.path].replace("{shop}", one.shop)
        line = line_with(window, wanted)
        decided = absence_is_certain(window, one.sent_at, within)
        effects.append(_effect(one, wanted, line.message if line else "", decided))
    return effects


def _in_rows(look: Look, deliveries: Iterable[Delivery]) -> list[Effect]:
    sent = list(deliveries)
    asked_at = datetime.now(UTC)
    rows = look.database.webhook_events([one.webhook_id for one in sent], [one.shop for one in sent])
    within = timedelta(seconds=webhooks_part_of(look.target).effect_within_seconds)
    found = {row.id: row for row in rows} | {row.shop: row for row in rows}
    effects = []
    for one in sent:
        row = found.get(one.webhook_id) or found.get(one.shop)
        seen = f"row {row.id} of webhook_events" if row else ""
        effects.append(_effect(one, "a row in webhook_events", seen, asked_at > one.sent_at + within))
    return effects


def _effect(delivery: Delivery, expected: str, seen: str, decided: bool) -> Effect:
    from ops_tests.records.webhooks import Effect

    elapsed = (datetime.now(UTC) - delivery.sent_at).total_seconds()
    return Effect(delivery, expected, seen, decided, looked_for_seconds=elapsed)


def _effect_of(effects: Mapping[str, Mapping[str, Effect] | Blind], source: str, delivery: Delivery) -> Effect:
    """What a source saw of a delivery.

    Raises:
        Blind: The source could not look.
    """
    seen = effects[source]
    if isinstance(seen, Blind):
        raise seen.with_traceback(None)
    return seen[delivery.webhook_id]


def _proofs(target: Target, endpoint: Endpoint | None) -> list[str]:
    """The sources that can tell whether a delivery to the endpoint had an effect."""
    effect = endpoint.effect if endpoint else None
    by_log = effect is not None and effect.log is not None and target.fly is not None and target.logs is not None
    by_row = target.database is not None and target.webhooks is not None and target.webhooks.records_deliveries
    return ["log_effects"] * by_log + ["row_effects"] * by_row


def _signed_effect_is_documented(target: Target, endpoint: Endpoint | None, _settings: Settings) -> str:
    if target.webhooks and endpoint and endpoint.effect is None:
        return f"nothing outside the application proves the work of {endpoint.path}"
    documented = endpoint.effect if target.webhooks and endpoint else None
    if documented and documented.log and not (target.fly and target.logs):
        return "the target file has no logs to find the effect in"
    return "the target file has no database" if documented and documented.row and not target.database else ""


def _stray_effects_would_show(target: Target, endpoint: Endpoint | None, _settings: Settings) -> str:
    return "" if not target.webhooks or _proofs(target, endpoint) else "neither log nor database would show an effect"


NEEDS["signed_effect"] = _signed_effect_is_documented
NEEDS["stray_effects"] = _stray_effects_would_show


@pytest.fixture
def signed_effect(
    signed_delivery: Delivery, effects: Mapping[str, Mapping[str, Effect] | Blind], endpoint: Endpoint
) -> Effect:
    """Whether the signed delivery to the endpoint under check did its documented work."""
    by_log = endpoint.effect is not None and endpoint.effect.log is not None
    return _effect_of(effects, "log_effects" if by_log else "row_effects", signed_delivery)


@pytest.fixture
def stray_effects(
    forged_delivery: Delivery,
    unsigned_delivery: Delivery,
    effects: Mapping[str, Mapping[str, Effect] | Blind],
    endpoint: Endpoint,
    target: Target,
) -> list[Effect]:
    """What each source saw of the forged and of the unsigned delivery to the endpoint under check."""
    sources = _proofs(target, endpoint)
    return [_effect_of(effects, source, one) for source in sources for one in (forged_delivery, unsigned_delivery)]
