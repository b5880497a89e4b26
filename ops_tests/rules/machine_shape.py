"""Judging how machines are configured: their memory, and the platform's own health check."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.machines import serving
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.records.platform import Machine, Service, ServiceCheck
    from ops_tests.target_parts import HealthGatePart


def missing_memory(machines: Iterable[Machine], wanted_mb: int) -> int:
    """How many MB the smallest machine lacks."""
    known = [machine.memory_mb for machine in serving(machines) if machine.memory_mb is not None]
    return max(0, wanted_mb - min(known, default=wanted_mb))


def too_small(machines: Sequence[Machine], wanted_mb: int) -> list[str]:
    """Machines with less memory than wanted, one phrase each.

    Raises:
        NotCovered: None is known to be too small, but there is none, or the memory of one is not told.
    """
    present = serving(machines)
    silent = [machine.id for machine in present if machine.memory_mb is None]
    found = [
        f"machine {machine.id} has {machine.memory_mb} MB"
        for machine in present
        if machine.memory_mb is not None and machine.memory_mb < wanted_mb
    ]
    if not found and (silent or not present):
        seen = f"no memory for machine {listed(silent)}" if silent else "no machine"
        raise NotCovered(f"the platform lists {seen}; expected {wanted_mb} MB or more. Next: fly scale show")
    return found


def memory(machines: Iterable[Machine]) -> str:
    """The memory of each machine, as evidence."""
    return listed(f"{machine.id}: {machine.memory_mb} MB" for machine in serving(machines))


def gate_differences(machines: Sequence[Machine], gate: HealthGatePart) -> list[str]:
    """How the machines that serve differ from the documented gate; a difference of several machines is told once.

    Machines of a process group without any service (a worker) have no gate.

    Raises:
        NotCovered: Nothing differs, but no machine is listed, or the configuration of one cannot be read.
    """
    present = serving(machines)
    groups = {machine.process_group for machine in present if machine.services}
    judged = [machine for machine in present if machine.process_group in groups or not groups]
    by_difference: dict[str, list[str]] = {}
    for machine in judged:
        for difference in _differences(machine.services or (), gate) if machine.services is not None else ():
            by_difference.setdefault(difference, []).append(machine.id)
    unread = [machine.id for machine in judged if machine.services is None or _unreadable(machine.services)]
    if not by_difference and (unread or not judged):
        seen = f"no readable configuration of machine {listed(unread)}" if unread else "no machine"
        raise NotCovered(f"the platform shows {seen}; expected its health check. Next: fly config show")
    return [f"{what} (machine {listed(ids)})" for what, ids in by_difference.items()]


def _differences(services: Sequence[Service], gate: HealthGatePart) -> list[str]:
    """Of the services the one that is nearest to the gate counts: a second one may serve something else."""
    return min((_of_service(service, gate) for service in services), key=len, default=["no service"])


def _of_service(service: Service, gate: HealthGatePart) -> list[str]:
    checks = [list(_of_check(check, gate)) for check in service.checks]
    found = min(checks, key=len, default=["no HTTP health check"])
    if service.force_https != gate.force_https:
        found = [*found, f"force_https is {str(service.force_https).lower()}"]
    if service.minimum_machines < gate.minimum_machines:
        found = [*found, f"min_machines_running is {service.minimum_machines}"]
    return found


def _of_check(check: ServiceCheck, gate: HealthGatePart) -> Iterator[str]:
    spans = (
        ("interval", check.interval, gate.interval_seconds),
        ("timeout", check.timeout, gate.timeout_seconds),
        ("grace_period", check.grace, gate.grace_seconds),
    )
    for name, seen, wanted in spans:
        if seen is None or not (math.isnan(seen) or math.isclose(seen, wanted)):
            yield f"{name} is {'not set' if seen is None else f'{seen:g} s'}"
    if check.method != gate.method or check.path != gate.path:
        yield f"it asks {check.method} {check.path}"
    if check.restart_limit != gate.restart_limit:
        yield f"restart_limit is {check.restart_limit}"


def _unreadable(services: Iterable[Service]) -> bool:
    spans = [span for one in services for check in one.checks for span in (check.interval, check.timeout, check.grace)]
    return any(span is not None and math.isnan(span) for span in spans)


def documented(gate: HealthGatePart) -> str:
    """The gate in words."""
    return (
        f"{gate.method} {gate.path} every {gate.interval_seconds:g} s, timeout {gate.timeout_seconds:g} s, grace "
        f"{gate.grace_seconds:g} s, restart_limit {gate.restart_limit}, force_https {str(gate.force_https).lower()}, "
        f"min_machines_running at least {gate.minimum_machines}"
    )
