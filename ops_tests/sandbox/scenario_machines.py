"""What a fault can change of single machines, of images and of backups; the defaults are healthy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Exit:
    """An end of a machine, after which it was started again: how long ago, with which code, and why."""

    minutes_ago: float
    code: int = 1
    out_of_memory: bool = False
    requested: bool = False
    restarts: int = 0


@dataclass(frozen=True)
class Gate:
    """The health check and the entrance of a machine's service, in fly's own words.

    Attributes:
        checked: Whether there is a health check at all.
        restart_limit: Shown only when it is not 0: today's fly.toml knows no such key.
    """

    interval: str = "10s"
    timeout: str = "2s"
    grace_period: str = "20s"
    method: str = "GET"
    path: str = "/health"
    force_https: bool = True
    minimum_machines: int = 1
    restart_limit: int = 0
    checked: bool = True


@dataclass(frozen=True)
class Inside:
    """What a machine looks like from inside: user and mode of the application's process, and what can be written."""

    uid: int = 1000
    node_env: str = "production"
    root_writable: bool = False
    writable: tuple[str, ...] = ("/app/tmp",)


@dataclass(frozen=True)
class Backup:
    """A backup or snapshot: its age in hours and the provider's word for its state."""

    hours_ago: float
    status: str


SNAPSHOTS = tuple(Backup(hours, "created") for hours in (100, 76, 52, 28, 4))
CLUSTER_BACKUPS = (*(Backup(hours, "completed") for hours in (53, 29, 5)), Backup(0.1, "in_progress"))


@dataclass(frozen=True)
class Storage:
    """Backups where Fly.io keeps them.

    Attributes:
        snapshots: Of the application's volume.
        postgres_snapshots: Of the unmanaged Postgres app's volume.
        cluster_backups: Of the Managed Postgres cluster.
        volumes_of: Whose machines the application's volumes are attached to.
        cluster_of: The app the cluster is attached to.
    """

    snapshots: tuple[Backup, ...] = (*SNAPSHOTS, Backup(0.05, "pending"))
    postgres_snapshots: tuple[Backup, ...] = SNAPSHOTS
    cluster_backups: tuple[Backup, ...] = CLUSTER_BACKUPS
    volumes_of: Literal["us", "another app"] = "us"
    cluster_of: Literal["us", "another app"] = "us"


@dataclass(frozen=True)
class Registry:
    """The container registry: the size of the images, and how it answers."""

    megabytes: int = 180
    answers: Literal["manifests", "refusals", "nothing found", "text", "another image"] = "manifests"
