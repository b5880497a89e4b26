"""Judging machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ops_tests.errors import NotCovered
from ops_tests.records.platform import Machine, Running

_NOT_SERVING = {"destroyed", "destroying", "replaced", "migrated"}
_RESTING = {"stopped", "suspended"}


def serving(machines: Iterable[Machine]) -> list[Machine]:
    """The machines that are meant to serve: no release-command or console machines, none that is gone."""
    return [
        machine
        for machine in machines
        if machine.state not in _NOT_SERVING and not machine.process_group.startswith("fly_app_")
    ]


def running(machines: Iterable[Machine]) -> tuple[Running, ...]:
    """The machines that are meant to serve, and what each runs."""
    return tuple(Running(f"machine {machine.id}", machine.image) for machine in serving(machines))


def unwell(machines: Iterable[Machine], minimum: int) -> list[str]:
    """What is wrong with the machines, one phrase each.

    A spare that the platform stopped because nobody needed it is fine as long as ``minimum`` machines are started.
    """
    present = serving(machines)
    started = [machine for machine in present if machine.state == "started"]
    found = [f"{len(started)} of {len(present)} machines are started"] if len(started) < minimum else []
    found += [f"machine {machine.id} is {machine.state}" for machine in present if not _in_its_place(machine)]
    found += [f"machine {machine.id}: host {machine.host_status}" for machine in present if machine.host_status != "ok"]
    found += [
        f"machine {machine.id}: check {check.name} is {check.status}"
        for machine in started
        for check in machine.checks
        if check.status != "passing"
    ]
    return found


def _in_its_place(machine: Machine) -> bool:
    return machine.state == "started" or (machine.auto_stop and machine.state in _RESTING)


def not_restarted(before: Machine, machines: Iterable[Machine]) -> list[str]:
    """What shows that a machine was not restarted or is not well afterwards, one phrase each."""
    now = next((one for one in serving(machines) if one.id == before.id), None)
    if now is None:
        return [f"machine {before.id} is gone"]
    late = now.started_at is None or (before.started_at is not None and now.started_at <= before.started_at)
    return [*([f"machine {now.id} shows no new start"] if late else []), *unwell([now], minimum=1)]


def memory_mb(machines: Iterable[Machine]) -> int:
    """The memory of the largest machine, in MB.

    Raises:
        NotCovered: There is no machine, or one does not say what it has.
    """
    present = serving(machines)
    if not present:
        raise NotCovered("the platform lists no machine, so nothing shows how much memory there is")
    if unknown := [one.id for one in present if one.memory_mb is None]:
        raise NotCovered(f"the platform does not say how much memory machine {', '.join(unknown)} has")
    return max(one.memory_mb or 0 for one in present)


def other_memory(machines: Iterable[Machine], megabytes: int) -> list[str]:
    """Machines that have another memory, one phrase each."""
    return [
        f"machine {one.id} has {f'{one.memory_mb} MB' if one.memory_mb else 'an unknown memory'}"
        for one in serving(machines)
        if one.memory_mb != megabytes
    ]


def unchecked(machines: Iterable[Machine]) -> list[str]:
    """Started machines on which the platform runs no health check: their health is only their state."""
    return [
        f"machine {machine.id} has no health check of the platform"
        for machine in serving(machines)
        if machine.state == "started" and not machine.checks
    ]


def described(machines: Sequence[Machine]) -> str:
    """One phrase a machine, as evidence."""
    return "; ".join(
        f"{one.id} {one.state} in {one.region}, {sum(check.status == 'passing' for check in one.checks)} of "
        f"{len(one.checks)} checks passing, {one.image.tag or one.image.digest}"
        for one in serving(machines)
    )
