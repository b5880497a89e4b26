"""Volumes, snapshots and the backups of Managed Postgres: what is finished, and whose they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from ops_tests.clients import fly_backups
from ops_tests.clients.fly import Fly
from ops_tests.clients.fly_platform import FlyPlatform
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, Unparsable
from ops_tests.records.backups import Cluster, Volume
from ops_tests.records.platform import Image, Machine
from ops_tests.target import Secret
from ops_tests.target_parts import BackupPlace

FakeFly = Callable[..., dict[str, str]]
TOKEN = Secret("FLY_API_TOKEN", "fm2_topsecret")
TIME = "2026-08-20T01:00:00Z"
AT = datetime(2026, 8, 20, 1, tzinfo=UTC)
OURS = Machine("m1", "started", "fra", Image("x"))


def snapshot(**keys: Any) -> str:
    return json.dumps([{"id": "vs_1", "status": "created", "created_at": TIME, **keys}])


def backup(**keys: Any) -> str:
    return json.dumps([{"id": "b1", "status": "completed", "start": TIME, "stop": TIME, **keys}])


@pytest.mark.parametrize(
    ("status", "state"),
    [("created", "finished"), ("pending", "unfinished"), ("failed", "failed"), ("odd", "unknown"), ("", "unfinished")],
)
def test_a_snapshot_is_finished_only_when_it_was_created(status: str, state: str) -> None:
    (found,) = fly_backups.snapshots(snapshot(status=status))
    assert (found.state, found.status, found.taken_at) == (state, status, AT)


def test_a_snapshot_without_an_id_is_pending_whatever_it_says() -> None:
    assert fly_backups.snapshots(snapshot(id=""))[0].state == "unfinished"


def test_a_cluster_s_backup_is_finished_only_with_its_end() -> None:
    assert [fly_backups.cluster_backups(backup(stop=stop))[0].state for stop in (TIME, "", None)] == [
        "finished",
        "unfinished",
        "unfinished",
    ]


@pytest.mark.parametrize("text", [snapshot(created_at=None), '[{"id": "vs_1"}]', "Snapshots\n ID │ STATUS", ""])
def test_a_snapshot_without_its_time_and_a_table_are_unreadable(text: str) -> None:
    with pytest.raises(Unparsable):
        fly_backups.snapshots(text)


@pytest.mark.parametrize("text", ["No backups found for cluster abc\n", "[]", "null"])
def test_no_backup_at_all_is_an_empty_list(text: str) -> None:
    assert fly_backups.cluster_backups(text) == ()


def test_a_volume_in_use_is_one_of_our_machines() -> None:
    volumes = [Volume("v1", "data", "created", "m1"), Volume("v2", "left", "created", "")]
    assert fly_backups.attached(volumes, [OURS], "demo") == volumes[:1]


@pytest.mark.parametrize(
    ("volumes", "seen"),
    [([], "no volume in use"), ([Volume("v", "d", "created", "m9")], "machines that demo does not have .m9.")],
)
def test_volumes_of_nobody_or_of_others_prove_nothing(volumes: list[Volume], seen: str) -> None:
    with pytest.raises(NotCovered, match=seen):
        fly_backups.attached(volumes, [OURS], "demo")


@pytest.mark.parametrize(
    ("known", "seen"),
    [((), "does not show the cluster c1"), ((Cluster("c1", "db", ("other",)),), "is attached to other; expected demo")],
)
def test_a_cluster_of_nobody_or_of_others_proves_nothing(known: tuple[Cluster, ...], seen: str) -> None:
    with pytest.raises(NotCovered, match=seen):
        fly_backups.of_cluster("c1", known, "demo", lambda: pytest.fail("nothing of others is listed"))


def test_a_cluster_that_does_not_say_whom_it_serves_is_taken_at_its_word() -> None:
    assert fly_backups.of_cluster("c1", fly_backups.clusters('[{"id": "c1"}]'), "demo", tuple).backups == ()


def test_the_backups_of_a_cluster_are_all_asked_for(fake_fly: FakeFly) -> None:
    environ = fake_fly("mpg backup list c1 --all --json", backup())
    assert [one.id for one in Fly("demo", environ, TOKEN).mpg_backup_list("c1")] == ["b1"]


def test_snapshots_are_asked_for_by_volume_and_app(fake_fly: FakeFly) -> None:
    environ = fake_fly("volumes snapshots list vol_1 -a demo --json", snapshot())
    assert [one.id for one in Fly("demo", environ, TOKEN).volumes_snapshots_list("vol_1")] == ["vs_1"]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('Error: managed postgres cluster "c1" not found', NotFound),
        ("Error: MPG commands require updated tokens but found older-style tokens.", NotAuthorised),
        ("Error: something else", Blind),
    ],
)
def test_a_cluster_fly_cannot_show_is_blind(fake_fly: FakeFly, said: str, kind: type[Blind]) -> None:
    environ = fake_fly("mpg backup list c1 --all --json", failures=(said,))
    with pytest.raises(kind):
        Fly("demo", environ, TOKEN).mpg_backup_list("c1")


def test_a_postgres_app_s_volumes_are_compared_with_its_own_machines(fake_fly: FakeFly) -> None:
    environ = fake_fly("machine list -a demo-db --json", "[]", last="")
    place = BackupPlace(kind="postgres-app", app="demo-db")
    with pytest.raises(Blind):
        FlyPlatform("demo", environ, TOKEN).backups(place, [OURS])
