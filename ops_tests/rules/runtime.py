"""Judging the inside of machines: who runs there, what can be written, in which mode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.wording import excerpt, listed

if TYPE_CHECKING:
    from ops_tests.records.runtime import Mount, Process, Runtime
    from ops_tests.target_parts import RuntimePart

_PLATFORM_S = {"hallpass", "init"}
"""Fly's own processes beside the application: the door of ``fly ssh``, and init."""
_KERNEL_S = {"proc", "sysfs", "devtmpfs", "devpts", "cgroup", "cgroup2", "mqueue", "securityfs", "debugfs", "tracefs",
             "hugetlbfs", "bpf", "pstore", "fusectl", "configfs", "binfmt_misc", "nsfs", "autofs"}  # fmt: skip
"""File systems that hold no file of anybody's."""
_VOLATILE = ("/dev", "/run", "/sys", "/proc", "/.fly")
"""Below these the platform keeps sockets and shared memory in memory; nothing there is the application's code."""


def unlocked(runtimes: Sequence[Runtime], part: RuntimePart) -> list[str]:
    """What is not locked down, one phrase for each complaint of each machine.

    Raises:
        NotCovered: No machine was looked at, or one shows no process of the application or no root file system.
    """
    found = [f"machine {one.machine}: {what}" for one in runtimes for what in _of(one, part)]
    hollow = [one.machine for one in runtimes if not _application(one) or not _root(one)]
    if not found and (hollow or not runtimes):
        seen = (
            f"machine {listed(hollow)} shows no process or no root file system" if hollow else "no machine is started"
        )
        raise NotCovered(f"{seen}; expected the application's. Next: fly machine list")
    return found


def _of(runtime: Runtime, part: RuntimePart) -> Iterator[str]:
    ours = _application(runtime)
    if roots := sorted({one.name for one in ours if one.uid == 0}):
        yield f"{listed(map(excerpt, roots))} runs as root"
    modes = {(one.name, one.node_env) for one in ours if one.node_env != part.node_env}
    if modes:
        yield listed(f"NODE_ENV of {excerpt(name)} is {excerpt(mode) or 'not set'}" for name, mode in sorted(modes))
    root = _root(runtime)
    if root and root.writable:
        yield "the root file system is writable"
    if open_ones := sorted({one.point for one in runtime.mounts if _is_open(one, part)}):
        yield f"{listed(map(excerpt, open_ones))} is writable"


def _application(runtime: Runtime) -> list[Process]:
    return [one for one in runtime.processes if one.name not in _PLATFORM_S]


def _root(runtime: Runtime) -> Mount | None:
    """The root file system: of several mounted there the last is the one that is seen."""
    return next((one for one in reversed(runtime.mounts) if one.point == "/"), None)


def _is_open(mount: Mount, part: RuntimePart) -> bool:
    hidden = mount.type in _KERNEL_S or (mount.type == "tmpfs" and _below(mount.point, _VOLATILE))
    return mount.writable and mount.point != "/" and not hidden and not _below(mount.point, part.writable)


def _below(point: str, places: Iterable[str]) -> bool:
    return any(point == place or point.startswith(f"{place.rstrip('/')}/") for place in places)


def documented(part: RuntimePart) -> str:
    """What is expected, in words."""
    places = f" but {listed(part.writable)}" if part.writable else ""
    return f"no root, a read-only root file system{places}, NODE_ENV={part.node_env}"


def told(runtimes: Iterable[Runtime]) -> str:
    """The processes of each machine, as evidence."""
    return "; ".join(
        f"{one.machine}: {listed(f'{excerpt(process.name)} as uid {process.uid}' for process in _application(one))}"
        for one in runtimes
    )
