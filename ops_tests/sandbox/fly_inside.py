"""The inside of the stand-in's machines: a folder for each that looks like its /proc, for ``fly machine exec``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Machine
    from ops_tests.sandbox.scenario_machines import Inside

FIRST = 4_200_000
"""Above what any kernel numbers: the command that looks passes over its own number."""


def make(folder: Path, machines: Iterable[Machine]) -> None:
    """Write the folders, ``<folder>/<machine>``."""
    for machine in machines:
        _proc(folder / machine.id, machine.inside)


def _proc(folder: Path, plan: Inside) -> None:
    mode = {"NODE_ENV": plan.node_env} if plan.node_env else {}
    environment = {"FLY_APP_NAME": "timedify-sandbox", **mode, "SMTP_PASSWORD": "5up3r-s3cr3t-m41l"}
    init = "/fly/init"
    _process(folder, 1, 0, 0, "init", init, {})
    _process(folder, 2, 0, 0, "kthreadd", "", {})
    _process(folder, 17, 2, 0, "kworker/0:1-eve", "", {})
    _process(folder, FIRST, 1, 0, "hallpass", "/.fly/hallpass", {})
    _process(folder, FIRST + 1, 1, plan.uid, "npm run start", "npm run start", environment)
    _process(folder, FIRST + 2, FIRST + 1, plan.uid, "node", "node build/server.js", environment)
    root = "rw" if plan.root_writable else "ro"
    mounts = [f"/dev/vda / ext4 {root},relatime 0 0", "devtmpfs /dev devtmpfs rw,nosuid 0 0",
              "proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0", "sysfs /sys sysfs rw,nosuid 0 0",
              "tmpfs /dev/shm tmpfs rw,nosuid,nodev 0 0",
              *(f"/dev/vdb {place} ext4 rw,relatime 0 0" for place in plan.writable)]  # fmt: skip
    (folder / "mounts").write_text("\n".join(mounts) + "\n", encoding="utf-8")


def _process(folder: Path, pid: int, parent: int, uid: int, name: str, line: str, environment: dict[str, str]) -> None:
    place = folder / str(pid)
    place.mkdir(parents=True)
    status = (
        f"Name:\t{name}\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t{pid}\nPid:\t{pid}\nPPid:\t{parent}\n"
        f"Uid:\t{uid}\t{uid}\t{uid}\t{uid}\nGid:\t{uid}\t{uid}\t{uid}\t{uid}\n"
    )
    (place / "status").write_text(status, encoding="utf-8")
    (place / "comm").write_text(f"{name}\n", encoding="utf-8")
    (place / "cmdline").write_text(line.replace(" ", "\0"), encoding="utf-8")
    (place / "environ").write_text("".join(f"{key}={value}\0" for key, value in environment.items()), encoding="utf-8")
