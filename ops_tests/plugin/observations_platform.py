"""What is looked at behind the list of machines: the registry, the inside of the machines, the provider's backups."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.plugin.applicable import NEEDS
from ops_tests.plugin.gather import observation
from ops_tests.plugin.lanes import in_lanes

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.plugin.options import Settings
    from ops_tests.records.backups import Shelf
    from ops_tests.records.images import ImageSize
    from ops_tests.records.runtime import Runtime
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint


@observation("platform.token_env")
def image_sizes(look: Look) -> tuple[ImageSize, ...]:
    """The size of every image that a machine runs."""
    from ops_tests.rules.machines import serving

    images = tuple(dict.fromkeys(machine.image for machine in serving(look.see("machines"))))
    if not images:
        raise NotCovered("the platform lists no machine; expected one, whose image could be looked up")
    return look.fly.image_sizes(images)


@observation("backups", "platform.app")
def backup_shelves(look: Look) -> tuple[Shelf, ...]:
    """What lies in every place where the target file says that backups lie."""
    machines, fly = look.see("machines"), look.fly
    return tuple(chain(*in_lanes(lambda place: fly.backups(place, machines), look.target.backups or ())))


@observation("runtime", "platform.app")
def runtimes(look: Look) -> tuple[Runtime, ...]:
    """The inside of every machine that serves; a stopped one has none, and one whose host is away cannot be asked."""
    from ops_tests.rules.machines import serving

    part = look.target.runtime
    started = [one for one in serving(look.see("machines")) if one.state == "started" and one.host_status == "ok"]
    if part is None:
        return ()
    return look.fly.runtimes([one.id for one in started], look.target.secret(part.exec_token_env))


_parts_are_there = NEEDS["runtimes"]


def _exec_token_is_set(target: Target, endpoint: Endpoint | None, settings: Settings) -> str:
    """This token is no part of a run: whoever looks into machines gives it for that time."""
    absent = _parts_are_there(target, endpoint, settings)
    variable = target.runtime.exec_token_env if target.runtime else ""
    return absent or ("" if target.is_set(variable) else f"{variable} is not set (runtime.exec_token_env)")


NEEDS["runtimes"] = _exec_token_is_set
