"""Which dead letters may be sent again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ops_tests.records.logs import LogLine, LogWindow
from ops_tests.records.replay import Waiting
from ops_tests.rules.effects import absence_is_certain, line_with
from ops_tests.rules.replay import damage, danger, endpoint_of, obstacle
from ops_tests.target_parts import SHOPIFY_ENDPOINTS, Endpoint, ExpectedEffect

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


def waiting(topic: str, hours: float = 1, *, installed: bool = False) -> Waiting:
    return Waiting("cm1", topic, 0, NOW - timedelta(hours=hours), installed, NOW)


@pytest.mark.parametrize("topic", ["app/uninstalled", "APP_UNINSTALLED", "shop/redact", "customers/redact"])
def test_what_destroys_is_dangerous_once_the_shop_is_back_or_it_is_old(topic: str) -> None:
    assert not danger(waiting(topic, 3.99))
    assert danger(waiting(topic, 4.01)).startswith("it is 4 h old")
    assert danger(waiting(topic, installed=True)).startswith("its shop has a session now")


@pytest.mark.parametrize("topic", ["app/scopes_update", "APP_SUBSCRIPTIONS_UPDATE", "customers/data_request"])
def test_what_destroys_nothing_is_never_dangerous(topic: str) -> None:
    assert not danger(waiting(topic, 999, installed=True))


@pytest.mark.parametrize("topic", ["app_subscriptions/update", "APP_SUBSCRIPTIONS_UPDATE"])
def test_a_topic_finds_its_endpoint_however_it_is_written(topic: str) -> None:
    found = endpoint_of(topic, SHOPIFY_ENDPOINTS)
    assert found is not None
    assert found.path == "/webhooks/app/subscriptions_update"


def test_without_endpoint_effect_or_log_nothing_can_be_proved() -> None:
    letter = waiting("orders/create")
    by_log = Endpoint(path="/webhooks/a", effect=ExpectedEffect(log="done for {shop}"))
    assert obstacle(letter, None, has_log=True).startswith("no endpoint in the target file takes orders/create")
    assert obstacle(letter, Endpoint(path="/webhooks/a"), has_log=True).startswith("nothing would prove the work")
    assert obstacle(letter, by_log, has_log=False).endswith("add [platform] and [logs]")
    assert not obstacle(letter, by_log, has_log=True)


@pytest.mark.parametrize("payload", ["", "{cut", "[" * 100_000])
def test_a_payload_that_is_not_json_cannot_be_sent(payload: str) -> None:
    assert damage(payload).startswith("its payload is not JSON")
    assert not damage('{"a": 1}')


def test_a_line_that_proves_something_else_proves_nothing() -> None:
    one = LogLine(NOW, "done for shop")
    window = LogWindow(NOW, NOW, (one,), complete=True, source="test")
    assert line_with(window, "done for shop") is one
    assert line_with(window, "done for shop", {one}) is None


@pytest.mark.parametrize(("seconds", "complete", "certain"), [(21, True, True), (20, True, False), (21, False, False)])
def test_absence_is_certain_only_when_a_later_line_is_there(seconds: float, complete: bool, certain: bool) -> None:
    line = LogLine(NOW + timedelta(seconds=seconds), "later")
    window = LogWindow(NOW, NOW, (line,), complete=complete, source="test")
    assert absence_is_certain(window, NOW, 20) is certain
