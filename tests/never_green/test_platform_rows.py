"""Machines, backups, manifests and the inside of machines, cut, emptied and spoilt: never fine for want of evidence."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ops_tests.clients import fly_backups, fly_exec, fly_json
from ops_tests.clients.registry import Registry
from ops_tests.errors import Blind
from ops_tests.limits import Limits
from ops_tests.records.backups import Shelf
from ops_tests.records.platform import Image
from ops_tests.records.runtime import Runtime
from ops_tests.rules import backups, images, machine_events, machine_shape, runtime
from ops_tests.sandbox import fly_state
from ops_tests.sandbox import images as made_images
from ops_tests.sandbox.fly_storage import CLUSTER, VOLUME
from ops_tests.sandbox.scenario import Platform
from ops_tests.sandbox.scenario_machines import Backup, Exit, Gate, Storage
from ops_tests.target import Secret
from ops_tests.target_parts import FlyPlatform, HealthGatePart, RuntimePart
from tests.never_green.conftest import Answering
from tests.never_green.spoiling import EMPTY_ANSWERS, EXAMPLES, FEW, cut, emptied, printed, spoilt, torn

NOW = datetime(2026, 8, 20, 5, 31, 4, tzinfo=UTC)
LIMITS, GATE, INSIDE = Limits(), HealthGatePart(), RuntimePart(exec_token_env="T")
WHOLE = "process 7 uid 1000 env production name node\nmount / ext4 ro,relatime\nmount /app/tmp ext4 rw\nend\n"
ROOT = WHOLE.replace("uid 1000", "uid 0")
MANIFEST = made_images.manifest("one", 200)
Judge = Callable[[str], list[str]]


def state(plan: Platform) -> dict[str, Any]:
    return fly_state.document(plan, "token", NOW)


def machines_with(**changes: Any) -> Platform:
    first, *others = Platform().machines
    return Platform(machines=(replace(first, **changes), *others))


def events(text: str) -> list[str]:
    found = fly_json.machines(text)
    return machine_events.unsteady(found, NOW, LIMITS.machine_exits, LIMITS.out_of_memory)


def memory(text: str) -> list[str]:
    return machine_shape.too_small(fly_json.machines(text), 512)


def gate(text: str) -> list[str]:
    return machine_shape.gate_differences(fly_json.machines(text), GATE)


def snapshots(text: str) -> list[str]:
    return backups.stale([Shelf("v", fly_backups.snapshots(text))], NOW, LIMITS.backup_age_hours)


def cluster_backups(text: str) -> list[str]:
    return backups.stale([Shelf("c", fly_backups.cluster_backups(text))], NOW, LIMITS.backup_age_hours)


def inside(text: str) -> list[str]:
    found: list[Runtime] = [fly_exec.runtime("m1", fly_exec.output(text))]
    return runtime.unlocked(found, INSIDE)


HEALTHY: dict[str, tuple[Judge, Any]] = {
    "events": (events, state(Platform())["machines"]),
    "memory": (memory, state(Platform())["machines"]),
    "gate": (gate, state(Platform())["machines"]),
    "snapshots": (snapshots, state(Platform())["snapshots"][VOLUME]),
    "cluster": (cluster_backups, state(Platform())["cluster_backups"][CLUSTER]),
    "inside": (inside, {"stdout": WHOLE}),
}
LOOP = tuple(Exit(minutes) for minutes in (5, 10, 15, 20, 25))
OLD = Storage(snapshots=(Backup(90, "created"),), cluster_backups=(Backup(90, "completed"),))
ILL: dict[str, tuple[Judge, Any]] = {
    "a restart loop": (events, state(machines_with(exits=LOOP))["machines"]),
    "too little memory": (memory, state(machines_with(memory_mb=256))["machines"]),
    "a gate that asks seldom": (gate, state(machines_with(gate=Gate(interval="60s")))["machines"]),
    "a gate without redirect": (gate, state(machines_with(gate=Gate(force_https=False)))["machines"]),
    "old snapshots": (snapshots, state(Platform(storage=OLD))["snapshots"][VOLUME]),
    "old backups": (cluster_backups, state(Platform(storage=OLD))["cluster_backups"][CLUSTER]),
    "root": (inside, {"stdout": ROOT}),
}
PARTS = pytest.mark.parametrize("part", HEALTHY)


def is_fine(judge: Judge, text: str) -> bool:
    """Whether a check would be green."""
    try:
        return not judge(text)
    except Blind:
        return False


@PARTS
def test_the_whole_answer_is_fine(part: str) -> None:
    judge, document = HEALTHY[part]
    assert is_fine(judge, printed(document))


@PARTS
@EXAMPLES
@given(data=st.data())
def test_a_cut_answer_is_never_fine(part: str, data: st.DataObject) -> None:
    judge, document = HEALTHY[part]
    assert not is_fine(judge, data.draw(cut(printed(document))))


@PARTS
@pytest.mark.parametrize("text", [*EMPTY_ANSWERS, "No backups found for cluster x\n", "No machines are available\n"])
def test_an_empty_answer_is_never_fine(part: str, text: str) -> None:
    assert not is_fine(HEALTHY[part][0], text)


@pytest.mark.parametrize("fault", ILL)
@EXAMPLES
@given(data=st.data())
def test_emptying_a_place_hides_no_fault(fault: str, data: st.DataObject) -> None:
    judge, document = ILL[fault]
    assert not is_fine(judge, printed(data.draw(emptied(document))))


@PARTS
@EXAMPLES
@given(data=st.data())
def test_a_spoilt_or_torn_answer_is_judged_or_an_error(part: str, data: st.DataObject) -> None:
    judge, document = HEALTHY[part]
    for text in (printed(data.draw(spoilt(document))), data.draw(torn(printed(document)))):
        with contextlib.suppress(Blind):
            "\n".join(judge(text)).encode()


@EXAMPLES
@given(text=torn(WHOLE))
def test_a_torn_look_inside_is_judged_or_an_error(text: str) -> None:
    with contextlib.suppress(Blind):
        "\n".join(inside(json.dumps({"stdout": text}))).encode()


def size_is_fine(server: Answering, body: bytes) -> bool:
    """Whether an image would be within 250 MB by what a registry sends."""
    server.raw = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    registry = Registry(server.url.removeprefix("http://"), Secret("T", "fm2_x"))
    part = FlyPlatform(kind="fly", app="x", image_mb=250)
    try:
        sizes = [registry.size(Image("registry.fly.io/x", "one"))]
        "\n".join([images.told(sizes)]).encode()
        return not images.too_big(sizes, images.size_limit(part, sizes))
    except Blind:
        return False
    finally:
        registry.close()


def test_a_whole_manifest_is_fine(answering: Answering) -> None:
    assert size_is_fine(answering, MANIFEST)


@FEW
@given(data=st.data())
def test_a_cut_manifest_is_never_fine(answering: Answering, data: st.DataObject) -> None:
    assert not size_is_fine(answering, data.draw(cut(MANIFEST.decode())).encode())


@FEW
@given(data=st.data())
def test_emptying_a_place_hides_no_image_that_is_too_big(answering: Answering, data: st.DataObject) -> None:
    document = json.loads(made_images.manifest("one", 640))
    assert not size_is_fine(answering, json.dumps(data.draw(emptied(document))).encode())


@FEW
@given(data=st.data())
def test_a_spoilt_manifest_is_judged_or_an_error(answering: Answering, data: st.DataObject) -> None:
    size_is_fine(answering, json.dumps(data.draw(spoilt(json.loads(MANIFEST)))).encode())
