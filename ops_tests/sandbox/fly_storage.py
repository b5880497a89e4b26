"""What the fly stand-in knows of volumes, of Managed Postgres and of a second app, in flyctl's own shapes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario_machines import Backup, Storage

POSTGRES_APP = "timedify-sandbox-db"
POSTGRES_MACHINE = "3d8d9930a32989"
CLUSTER, ORGANISATION = "82ylg01jrpzx5w0o", "acme"
VOLUME, POSTGRES_VOLUME = "vol_9vw681egy1jj5xm4", "vol_rk1lm7y2exk3w5o4"
ELSEWHERE = "91859d1c6e0683"


def document(plan: Storage, app: str, machine: str, known: bool, now: datetime) -> dict[str, Any]:
    """The part of the state file.

    Args:
        plan: What the scenario says.
        app: The application's name.
        machine: The machine that uses its volume.
        known: Whether the apps are known to fly at all.
        now: The start of the sandbox, UTC.
    """
    attached = machine if plan.volumes_of == "us" else ELSEWHERE
    # Left from an earlier machine; nobody backs it up any more.
    unused = _volume("vol_4xj0q8w2m6r1n9k7", "timedify_tmp", None, now)
    volumes = {
        app: [_volume(VOLUME, "timedify_tmp", attached, now), unused],
        POSTGRES_APP: [_volume(POSTGRES_VOLUME, "pg_data", POSTGRES_MACHINE, now)],
    }
    return {
        "others": {POSTGRES_APP: [_postgres_machine(now)]} if known else {},
        "volumes": volumes,
        "snapshots": {
            VOLUME: _snapshots(VOLUME, plan.snapshots, now),
            POSTGRES_VOLUME: _snapshots(POSTGRES_VOLUME, plan.postgres_snapshots, now),
        },
        "organisation": ORGANISATION,
        "clusters": [_cluster(app if plan.cluster_of == "us" else "shop-of-somebody-else")],
        "cluster_backups": {CLUSTER: [_backup(item, now) for item in plan.cluster_backups]},
    }


def _at(now: datetime, hours: float) -> str:
    return f"{now.astimezone(UTC) - timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}"


def _volume(identity: str, name: str, machine: str | None, now: datetime) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "state": "created",
        "size_gb": 3,
        "region": "fra",
        "zone": "09cd",
        "encrypted": True,
        "attached_machine_id": machine,
        "attached_alloc_id": None,
        "created_at": _at(now, 310 * 24),
        "host_dedication_id": "",
        "snapshot_retention": 5,
        "auto_backup_enabled": True,
        "host_status": "ok",
    }


def _snapshots(volume: str, plan: tuple[Backup, ...], now: datetime) -> list[dict[str, Any]]:
    """Oldest first; one that is pending has no id yet."""
    return [
        {"id": "" if item.status == "pending" else f"vs_{_name(volume, item)}", "size": 36007729,
         "volume_size": 3221225472, "digest": f"{_name(item.status, item)}-1", "created_at": _at(now, item.hours_ago),
         "status": item.status, "retention_days": 5}
        for item in sorted(plan, key=lambda one: -one.hours_ago)
    ]  # fmt: skip


def _name(of: str, item: Backup) -> str:
    return hashlib.sha256(f"{of} {item.hours_ago}".encode()).hexdigest()[:21]


def _backup(item: Backup, now: datetime) -> dict[str, Any]:
    ended = item.status in {"completed", "failed"}
    return {"id": f"{_at(now, item.hours_ago).translate(str.maketrans('', '', '-:TZ'))}F", "status": item.status,
            "type": "full", "start": _at(now, item.hours_ago),
            "stop": _at(now, item.hours_ago - 0.05) if ended else ""}  # fmt: skip


def _cluster(app: str) -> dict[str, Any]:
    organisation = {"ID": "bjkZRb7BXzk36H383wbX0z9bXRH6LL", "InternalNumericID": "4242", "Name": "Acme",
                    "Slug": ORGANISATION, "RawSlug": ORGANISATION, "PaidPlan": True}  # fmt: skip
    return {
        "id": CLUSTER,
        "mpgd_cluster_id": "c-7781",
        "version": 2,
        "name": "timedify-db",
        "region": "fra",
        "status": "ready",
        "plan": "basic",
        "disk": 10,
        "replicas": 1,
        "organization": organisation,
        "ip_assignments": {"direct": "fdaa:2:45b8:0:1::7"},
        "attached_apps": [{"name": app, "id": 88213}],
    }


def _postgres_machine(now: datetime) -> dict[str, Any]:
    start = {"type": "start", "status": "started", "source": "flyd",
             "timestamp": int((now - timedelta(days=40)).timestamp() * 1000)}  # fmt: skip
    return {
        "id": POSTGRES_MACHINE,
        "name": "still-glade-2989",
        "state": "started",
        "region": "fra",
        "image_ref": {"registry": "registry-1.docker.io", "repository": "flyio/postgres-flex", "tag": "17.2",
                      "digest": "", "labels": {}},
        "config": {"env": {}, "guest": {"cpu_kind": "shared", "cpus": 1, "memory_mb": 512}, "services": []},
        "events": [start],
        "checks": [{"name": "role", "status": "passing", "output": "primary", "updated_at": _at(now, 900)}],
        "host_status": "ok",
        "cordoned": False,
    }  # fmt: skip
