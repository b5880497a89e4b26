"""Judging the inside of machines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ops_tests.errors import NotCovered
from ops_tests.records.runtime import Mount, Process, Runtime
from ops_tests.rules import runtime
from ops_tests.target_parts import RuntimePart

PART = RuntimePart(exec_token_env="T")
NODE, DOOR = Process(7, 1000, "production", "node"), Process(5, 0, "", "hallpass")
ROOT, TMP = Mount("/", "ext4", writable=False), Mount("/app/tmp", "ext4", writable=True)
INSIDE = Runtime("m1", (DOOR, NODE), (ROOT, TMP))


@pytest.mark.parametrize(
    ("inside", "said"),
    [
        (INSIDE, []),
        (replace(INSIDE, processes=(replace(NODE, uid=0),)), ["machine m1: node runs as root"]),
        (replace(INSIDE, processes=(replace(NODE, node_env=""),)), ["machine m1: NODE_ENV of node is not set"]),
        (replace(INSIDE, processes=(NODE, replace(NODE, node_env="test"))), ["machine m1: NODE_ENV of node is test"]),
        (replace(INSIDE, mounts=(replace(ROOT, writable=True), TMP)), ["machine m1: the root file system is writable"]),
        (replace(INSIDE, mounts=(ROOT, replace(TMP, point="/app/tmpx"))), ["machine m1: /app/tmpx is writable"]),
        (replace(INSIDE, mounts=(ROOT, replace(TMP, type="tmpfs", point="/tmp"))), ["machine m1: /tmp is writable"]),
    ],
)
def test_what_is_open_is_named(inside: Runtime, said: list[str]) -> None:
    assert runtime.unlocked([inside], PART) == said


@pytest.mark.parametrize("point", ["/dev", "/dev/shm", "/run/lock", "/proc", "/.fly"])
def test_the_platform_s_own_places_in_memory_are_no_matter(point: str) -> None:
    assert runtime.unlocked([replace(INSIDE, mounts=(ROOT, Mount(point, "tmpfs", writable=True)))], PART) == []


def test_what_is_mounted_last_is_what_is_seen() -> None:
    hidden = replace(INSIDE, mounts=(replace(ROOT, writable=True), ROOT))
    assert runtime.unlocked([hidden], PART) == []


@pytest.mark.parametrize(
    "found",
    [[], [replace(INSIDE, processes=(DOOR,))], [replace(INSIDE, mounts=(TMP,))], [INSIDE, Runtime("m2", (), ())]],
)
def test_a_machine_that_shows_nothing_proves_nothing(found: list[Runtime]) -> None:
    with pytest.raises(NotCovered, match="expected the application's"):
        runtime.unlocked(found, PART)


def test_a_finding_counts_beside_a_machine_that_shows_nothing() -> None:
    assert runtime.unlocked([replace(INSIDE, processes=(replace(NODE, uid=0),)), Runtime("m2", (), ())], PART)
