"""Judging machines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ops_tests.records.platform import Machine

_NOT_SERVING = {"destroyed", "destroying", "replaced", "migrated"}
_RESTING = {"stopped", "suspended"}


def serving(machines: Iterable[Machine]) -> list[Machine]:
    """The machines that are meant to serve: no release-command or console machines, none that is gone."""
    return [
        machine
        for machine in machines
        if machine.state not in _NOT_SERVING and not machine.process_group.startswith("fly_app_")
    ]


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
