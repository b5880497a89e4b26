"""A drill that is killed while it dumps leaves no process, no dump and no server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.backups.conftest import NAME, Shop
from tests.running import REPOSITORY

DRILL = f"""
import sys
from pathlib import Path
from ops_tests.acts import restoring
from ops_tests.permit import grant
from ops_tests.target import read_environ
from ops_tests.target_file import load_target
folder = Path(sys.argv[1])
target = load_target(folder / "target.toml", read_environ(folder))
restoring.restored(target, grant(target, ({NAME!r},), "run"), print)
"""
WAITED_SECONDS = 30


@pytest.fixture
def drill(shop: Shop) -> Iterator[subprocess.Popen[bytes]]:
    """A drill whose pg_dump waits for a table."""
    shop.cursor.execute('BEGIN; LOCK TABLE "Session"')
    command = [sys.executable, "-c", DRILL, str(shop.folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=REPOSITORY, env=shop.environ()) as running:
        yield running
        running.kill()
    shop.cursor.execute("ROLLBACK")


def came_true(condition: Callable[[], bool]) -> bool:
    """Whether something comes true within a generous time."""
    deadline = time.monotonic() + WAITED_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def processes(word: str) -> list[str]:
    """The command lines on this machine that name a word."""
    listed = subprocess.run(["ps", "-axww", "-o", "command="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if word in line]


def dumping(shop: Shop) -> list[str]:
    """The command lines of what dumps this sandbox's database."""
    port = shop.dsn.reveal().rpartition(":")[2].partition("/")[0]
    return [line for line in processes("taken.dump") if "--snapshot" in line and f"port={port}" in line]


def test_a_killed_drill_leaves_nothing(shop: Shop, drill: subprocess.Popen[bytes]) -> None:
    assert came_true(lambda: bool(dumping(shop)))
    (folder,) = [
        Path(word.partition("=")[2]).parent for word in dumping(shop)[0].split() if word.endswith("taken.dump")
    ]
    assert len(processes(str(folder))) > 2
    drill.kill()
    assert came_true(lambda: not folder.exists() and not processes(str(folder)))
