"""A machine's configuration and events, as fly prints them and as nobody documented them."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from ops_tests.clients import fly_json
from ops_tests.clients.fly_machine_json import seconds
from ops_tests.records.platform import Machine, MachineEvent, Service, ServiceCheck

GATE = {"type": "http", "interval": "10s", "timeout": "2s", "grace_period": "1m0s", "method": "get", "path": "/health"}
PLAIN, TLS = {"port": 80, "handlers": ["http"], "force_https": True}, {"port": 443, "handlers": ["tls", "http"]}


def machine(**keys: Any) -> Machine:
    item = {"id": "1", "state": "started", "image_ref": {}, **keys}
    return fly_json.machines(json.dumps([item], indent=4))[0]


def service(**keys: Any) -> Service:
    found = machine(config={"services": [{"ports": [PLAIN, TLS], "checks": [GATE], **keys}]}).services
    assert found is not None
    return found[0]


def end(**keys: Any) -> MachineEvent:
    event = {"type": "exit", "status": "stopped", "timestamp": 1787220000000, "request": keys}
    return machine(events=[event]).events[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10s", 10), ("1m0s", 60), ("1h2m3s", 3723), ("500ms", 0.5), ("1.5s", 1.5), ("0s", 0), (None, None)],
)
def test_a_duration_is_read_as_go_writes_it(text: str | None, expected: float | None) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["10s10", "s", "10 s", "10s!", "-10s", "ten", 10.0, True, [], "9" * 5000 + "s"])
def test_another_duration_is_no_number(text: Any) -> None:
    found = seconds(text)
    assert found is not None
    assert math.isnan(found)


def test_a_service_has_its_check_its_redirect_and_its_minimum() -> None:
    check = ServiceCheck(10, 2, 60, "GET", "/health")
    assert service(min_machines_running=1) == Service((check,), force_https=True, minimum_machines=1)


def test_only_http_checks_count() -> None:
    assert service(checks=[{"type": "tcp", "interval": "10s"}]).checks == ()


@pytest.mark.parametrize("ports", [[TLS], [], [{"port": 80, "handlers": ["http"]}], [PLAIN, {"handlers": ["http"]}]])
def test_plain_http_is_redirected_only_when_every_such_port_says_so(ports: list[Any]) -> None:
    assert not service(ports=ports).force_https


def test_without_a_configuration_nothing_is_known() -> None:
    bare = machine()
    assert (bare.memory_mb, bare.services, bare.events) == (None, None, ())
    assert machine(config={"guest": {"memory_mb": 512}}).services == ()


def test_an_unreachable_host_shows_what_is_still_known() -> None:
    assert machine(host_status="unreachable", incomplete_config={"guest": {"memory_mb": 512}}).memory_mb == 512


def test_an_end_says_why() -> None:
    found = end(exit_event={"exit_code": 137, "oom_killed": True, "requested_stop": False}, restart_count=3)
    assert (found.exit_code, found.oom_killed, found.requested, found.restarts) == (137, True, False, 3)


def test_an_exit_code_of_zero_is_left_out() -> None:
    found = end(exit_event={"oom_killed": False, "requested_stop": True})
    assert (found.exit_code, found.requested) == (0, True)


@pytest.mark.parametrize("stamp", [None, "now", True, -1, 1e300, []])
def test_an_event_without_a_readable_time_is_none(stamp: Any) -> None:
    assert machine(events=[{"type": "exit", "timestamp": stamp}, "odd", None]).events == ()
