"""Garbage is looked for seldom, and yet a process that hosts many runs does not keep what the earlier ones left."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.plugin.conftest import SECONDS, Project

MANY_RUNS = """
import gc, weakref

import pytest

RUNS = 12
ARGUMENTS = ["-q", "--target=shop.toml", "-p", "no:cacheprovider", "-m", "daily"]
configs = []


class Watch:
    def pytest_configure(self, config):
        configs.append(weakref.ref(config))


before = gc.get_threshold()
for _ in range(RUNS):
    print("ended with", int(pytest.main(ARGUMENTS, plugins=[Watch()])))
    print("as before:", gc.get_threshold() == before)
print("at last the second is gone:", configs[1]() is None)  # pytest itself keeps the first
"""


def test_a_process_lets_go_of_what_its_earlier_runs_left(project: Project) -> None:
    project.checks("@pytest.mark.daily\ndef test_open(target):\n    pass\n")
    project.target()
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("OPS_", "PYTEST_"))}
    said = subprocess.run(
        [sys.executable, "-c", MANY_RUNS],
        cwd=project.folder,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
        timeout=SECONDS,
    ).stdout.splitlines()
    told = [line for line in said if line.startswith(("ended", "as before", "at last"))]
    assert told == ["ended with 0", "as before: True"] * 12 + ["at last the second is gone: True"], said
