"""The newest pinned wrangler that runs on the Node found, installed once into the virtual environment.

Its lock files pin every package by version and hash and name no registry, so npm asks the one it is set up for.
Scripts of packages do not run. Where Node, npm or the registry are missing there is none, and the reason is told.
"""

from __future__ import annotations

import fcntl
import json
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

PINNED = Path(__file__).parent
INSTALL_SECONDS = 180
_NUMBERS = re.compile(r"\d+")


class NotThere(Exception):
    """There is no wrangler here; the message says why."""


@dataclass(frozen=True)
class Pinned:
    """A version of wrangler: the folder that pins it, its own version, and the oldest Node it runs on."""

    folder: Path
    version: str
    node: tuple[int, ...]


def pinned() -> tuple[Pinned, ...]:
    """All pinned versions, the newest first."""
    return tuple(sorted(map(_read, PINNED.glob("wrangler-*")), key=lambda one: one.node, reverse=True))


def program() -> Path:
    """The folder with the command ``wrangler``, installed where it was not yet.

    Raises:
        NotThere: Node, npm or the registry are missing, or Node is too old.
    """
    wanted = _fitting(_node())
    place = Path(sys.prefix) / "ops-tests"
    place.mkdir(exist_ok=True)
    target = place / wanted.folder.name
    with (place / "wrangler.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # every worker of pytest-xdist may want it
        if not target.is_dir():
            _install(wanted.folder, target)
    return target / "node_modules" / ".bin"


def _read(folder: Path) -> Pinned:
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    wrangler = lock["packages"]["node_modules/wrangler"]
    return Pinned(folder, wrangler["version"], _numbers(wrangler["engines"]["node"]))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, _NUMBERS.findall(version)[:3]))


def _node() -> tuple[int, ...]:
    for name in ("node", "npm"):
        if shutil.which(name) is None:
            raise NotThere(f"{name} is not on PATH")
    return _numbers(subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout)


def _fitting(node: tuple[int, ...]) -> Pinned:
    fitting = [one for one in pinned() if one.node <= node]
    if not fitting:
        oldest = ".".join(map(str, pinned()[-1].node))
        raise NotThere(f"Node {'.'.join(map(str, node))} is too old; the oldest that serves is {oldest}")
    return fitting[0]


def _install(pinned_by: Path, target: Path) -> None:
    """Install beside the target and put it in place by renaming, so that no half of it is ever there."""
    scratch = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(pinned_by / name, scratch)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--logs-max=0", "--fetch-retries=1"]
        done = subprocess.run(
            command,
            cwd=scratch,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
        if done.returncode:
            told = [line for line in done.stderr.splitlines() if line.startswith("npm error")][:2]
            raise NotThere(f"npm could not install {pinned_by.name}: {'; '.join(told) or 'it said nothing'}")
        scratch.rename(target)
    except subprocess.TimeoutExpired:
        raise NotThere(f"npm did not install {pinned_by.name} within {INSTALL_SECONDS} s") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
