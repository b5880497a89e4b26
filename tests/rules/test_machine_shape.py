"""Judging memory and health gate of machines: each difference named once, workers and odd answers aside."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.platform import Image, Machine, Service, ServiceCheck
from ops_tests.rules import machine_shape
from ops_tests.target_parts import HealthGatePart

GATE = HealthGatePart()
CHECK = ServiceCheck(10, 2, 20, "GET", "/health")
SERVICE = Service((CHECK,), force_https=True, minimum_machines=1)
MACHINE = Machine("m1", "started", "fra", Image("x"), memory_mb=512, services=(SERVICE,))


def checked(**changes: Any) -> Machine:
    return replace(MACHINE, services=(replace(SERVICE, checks=(replace(CHECK, **changes),)),))


@pytest.mark.parametrize(
    ("machine", "difference"),
    [
        (checked(interval=60.0), "interval is 60 s"),
        (checked(interval=None), "interval is not set"),
        (checked(timeout=10.0), "timeout is 10 s"),
        (checked(grace=5.0), "grace_period is 5 s"),
        (checked(path="/"), "it asks GET /"),
        (checked(method="HEAD"), "it asks HEAD /health"),
        (checked(restart_limit=3), "restart_limit is 3"),
        (replace(MACHINE, services=(replace(SERVICE, checks=()),)), "no HTTP health check"),
        (replace(MACHINE, services=(replace(SERVICE, force_https=False),)), "force_https is false"),
        (replace(MACHINE, services=(replace(SERVICE, minimum_machines=0),)), "min_machines_running is 0"),
        (replace(MACHINE, services=()), "no service"),
    ],
)
def test_each_difference_is_named(machine: Machine, difference: str) -> None:
    assert machine_shape.gate_differences([machine], GATE) == [f"{difference} (machine m1)"]


def test_a_gate_as_documented_has_no_difference() -> None:
    spare = replace(SERVICE, minimum_machines=2)
    assert machine_shape.gate_differences([MACHINE, replace(MACHINE, services=(spare,))], GATE) == []


def test_all_differences_stand_together_and_each_names_its_machines() -> None:
    wrong = checked(interval=60.0, path="/")
    assert machine_shape.gate_differences([wrong, replace(wrong, id="m2"), MACHINE], GATE) == [
        "interval is 60 s (machine m1, m2)",
        "it asks GET / (machine m1, m2)",
    ]


def test_one_good_check_is_enough() -> None:
    several = replace(SERVICE, checks=(replace(CHECK, path="/other"), CHECK))
    assert machine_shape.gate_differences([replace(MACHINE, services=(several,))], GATE) == []


def test_a_worker_without_service_needs_no_gate() -> None:
    worker = replace(MACHINE, id="w", process_group="worker", services=())
    assert machine_shape.gate_differences([MACHINE, worker], GATE) == []
    assert machine_shape.gate_differences([MACHINE, replace(worker, process_group="app")], GATE) == [
        "no service (machine w)"
    ]


@pytest.mark.parametrize("found", [[], [replace(MACHINE, services=None)], [checked(interval=math.nan)]])
def test_what_cannot_be_read_proves_nothing(found: list[Machine]) -> None:
    with pytest.raises(NotCovered, match="expected its health check"):
        machine_shape.gate_differences(found, GATE)


def test_too_little_memory_is_named_and_measured() -> None:
    machines = [MACHINE, replace(MACHINE, id="m2", memory_mb=256)]
    assert machine_shape.too_small(machines, 512) == ["machine m2 has 256 MB"]
    assert machine_shape.missing_memory(machines, 512) == 256
    assert machine_shape.too_small([MACHINE], 512) == []


@pytest.mark.parametrize("found", [[], [MACHINE, replace(MACHINE, memory_mb=None)]])
def test_memory_that_is_not_told_proves_nothing(found: list[Machine]) -> None:
    with pytest.raises(NotCovered, match="expected 512 MB or more"):
        machine_shape.too_small(found, 512)
