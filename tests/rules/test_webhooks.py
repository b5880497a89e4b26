"""Judging synthetic deliveries."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ops_tests.errors import NotCovered
from ops_tests.limits import Limits
from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.records.run import Level
from ops_tests.records.webhooks import Deliveries, Delivery, Effect, RepeatedDelivery
from ops_tests.rules import webhooks

NOW = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
LIMITS = Limits()
DELIVERY = Delivery("/webhooks/shop/redact", "shop/redact", "signed", "s.myshopify.com", "id", NOW, 200, 0.02, 0.02)


def deliveries(*statuses: int, unanswered: int = 0, log: LogWindow | None = None) -> Deliveries:
    answered = {f"/{place}": replace(DELIVERY, status=status) for place, status in enumerate(statuses)}
    return Deliveries("signed", answered, {f"/silent/{place}": "refused" for place in range(unanswered)}, log)


def log(*messages: str) -> LogWindow:
    lines = tuple(LogLine(NOW, message, "m1") for message in messages)
    return LogWindow(NOW, NOW, lines, complete=True, source="logs API")


def test_an_accepted_delivery_has_no_refusal() -> None:
    assert webhooks.refusal(DELIVERY, deliveries(200), LIMITS) == []


def test_a_refusal_names_status_and_time() -> None:
    slow = replace(DELIVERY, status=500, seconds=6.0)
    assert webhooks.refusal(slow, deliveries(500, 200), LIMITS) == ["answered 500", "took 6 s"]


@pytest.mark.parametrize(
    ("seen", "level"),
    [
        (deliveries(500, 200, 200, 200, 200, 200), Level.L2),
        (deliveries(*[500] * 6), Level.L3),
        (deliveries(500, 500, unanswered=4), Level.L3),
        (deliveries(*[401] * 6), Level.L2),
        (deliveries(401, 401, 401, 401, 401, 200), Level.L2),
        (deliveries(*[401] * 6, log=log("GET /health 200 - - 1.0 ms")), Level.L2),
        (deliveries(*[401] * 6, log=log("POST /webhooks/shop/redact 401 - - 1.0 ms")), Level.L3),
        (deliveries(*[401] * 6, log=log("SHOP/REDACT: webhook error: Response { status: 401 }")), Level.L3),
        (deliveries(*[401] * 6, log=log("POST /webhooks/shop/redact 400 - - 1.0 ms")), Level.L2),
        (deliveries(*[401] * 6, log=log("POST /webhooks/a 401 - -", "POST /webhooks/a 200 - -")), Level.L2),
    ],
)
def test_the_level_follows_from_how_many_fail_and_whether_real_ones_do(seen: Deliveries, level: Level) -> None:
    assert webhooks.failure_level(seen, LIMITS) is level


def test_six_times_401_says_that_the_secrets_differ() -> None:
    (said,) = webhooks.refusal(replace(DELIVERY, status=401), deliveries(*[401] * 6), LIMITS)
    assert "our secret differs from the application's" in said


def effect(seen: str = "", *, decided: bool = True) -> Effect:
    return Effect(DELIVERY, "SHOP/REDACT: cleanup done", seen, decided, looked_for_seconds=21)


def test_an_effect_is_settled_when_seen_or_surely_absent() -> None:
    assert webhooks.settled(effect("the line", decided=False)).seen == "the line"
    assert webhooks.settled(effect()).seen == ""


def test_an_effect_that_may_still_come_is_not_judged() -> None:
    with pytest.raises(NotCovered, match="saw neither it nor any later line"):
        webhooks.settled(effect(decided=False))


def test_strays_are_named_even_when_another_source_is_undecided() -> None:
    assert webhooks.strays([effect("row x", decided=False), effect(decided=False)]) == [
        "the signed delivery left 'row x'"
    ]


def test_absence_of_strays_must_be_certain_for_each() -> None:
    assert webhooks.strays([effect(), effect()]) == []
    with pytest.raises(NotCovered):
        webhooks.strays([effect(), effect(decided=False)])


@pytest.mark.parametrize(
    ("rows_by_id", "rows_by_shop", "second", "said"),
    [
        (1, 1, 200, []),
        (0, 0, 200, ["0 rows bear the delivery's id", "0 rows bear its shop"]),
        (1, 2, 200, ["2 rows bear its shop"]),
        (1, 1, 500, ["the two sendings were answered 200 and 500"]),
    ],
)
def test_a_repeated_delivery_is_exactly_one_row(
    rows_by_id: int, rows_by_shop: int, second: int, said: list[str]
) -> None:
    repeated = RepeatedDelivery(DELIVERY, replace(DELIVERY, status=second), rows_by_id, rows_by_shop)
    assert webhooks.miscounted_rows(repeated) == said


def test_documented_statuses_are_read_as_alternatives() -> None:
    assert webhooks.statuses((400, 401)) == "400 or 401"
    assert webhooks.misanswered(DELIVERY, (400, 401)) == ["answered 200"]
    assert webhooks.misanswered(DELIVERY, (200,)) == []
