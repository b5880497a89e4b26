"""Faults of backups: old, failed, unfinished, none, of somebody else; in each place where Fly.io keeps them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ops_tests.sandbox.checks_by_need import BACKUPS
from ops_tests.sandbox.fault import Fault, blind, finding, harmless
from ops_tests.sandbox.scenario_machines import Backup

if TYPE_CHECKING:
    from ops_tests.sandbox.scenario import Scenario


def _storage(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(
        scenario,
        platform=replace(scenario.platform, storage=replace(scenario.platform.storage, **changes)),
    )


FAULTS = (
    Fault("snapshot-old", "the newest finished snapshot of the volume is 30 h old, and one is pending",
          finding("L1", BACKUPS), _storage(snapshots=(Backup(30, "created"), Backup(1, "pending")))),
    Fault("snapshot-failed", "the newest snapshots of the volume failed",
          finding("L1", BACKUPS),
          _storage(snapshots=(Backup(52, "created"), Backup(28, "failed"), Backup(4, "failed")))),
    Fault("snapshots-none", "the volume has no snapshot",
          finding("L1", BACKUPS), _storage(snapshots=())),
    Fault("snapshots-of-the-future", "the only snapshot of the volume lies in the future",
          finding("L1", BACKUPS), _storage(snapshots=(Backup(-48, "created"),))),
    Fault("postgres-snapshot-old", "the newest snapshot of the Postgres app's volume is 3 days old",
          finding("L1", BACKUPS), _storage(postgres_snapshots=(Backup(72, "created"),))),
    Fault("backup-old", "the newest finished backup of the cluster is 40 h old, and one is in progress",
          finding("L1", BACKUPS), _storage(cluster_backups=(Backup(40, "completed"), Backup(0.2, "in_progress")))),
    Fault("backup-failed", "the last backups of the cluster failed",
          finding("L1", BACKUPS), _storage(cluster_backups=(Backup(29, "completed"), Backup(5, "failed")))),
    Fault("backup-unfinished", "the only backup of the cluster is in progress",
          finding("L1", BACKUPS), _storage(cluster_backups=(Backup(0.5, "in_progress"),))),
    Fault("backups-none", "the cluster has no backup, which fly says in a sentence instead of JSON",
          finding("L1", BACKUPS), _storage(cluster_backups=())),
    Fault("backup-unknown-word", "the cluster's newest backup is in a state that no document names",
          blind(BACKUPS), _storage(cluster_backups=(Backup(29, "completed"), Backup(5, "archived")))),
    Fault("volumes-of-another-app", "the volumes belong to machines of another app",
          blind(BACKUPS), _storage(volumes_of="another app")),
    Fault("cluster-of-another-app", "the cluster is attached to another app",
          blind(BACKUPS), _storage(cluster_of="another app")),
    harmless("backup-old-failure", "a backup failed days ago, and newer ones are finished",
             _storage(cluster_backups=(Backup(50, "failed"), Backup(26, "completed"), Backup(2, "completed")))),
)  # fmt: skip
