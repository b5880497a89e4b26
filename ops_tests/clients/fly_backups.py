"""Where Fly.io keeps backups: snapshots of volumes, and the backups of Managed Postgres."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from ops_tests.clients.fly_fields import Fields, folded, objects_of, text_of, time_of
from ops_tests.clients.fly_json import listed
from ops_tests.errors import NotCovered
from ops_tests.records.backups import Backup, Cluster, Shelf, State, Volume

if TYPE_CHECKING:
    from ops_tests.records.platform import Machine

_STATES: dict[str, State] = {
    "created": "finished",
    "completed": "finished",
    **dict.fromkeys(("in_progress", "creating", "pending", "running", "started", "scheduled", ""), "unfinished"),
    **dict.fromkeys(("failed", "error", "aborted", "canceled", "cancelled"), "failed"),
}
"""What the words mean. ``created`` (snapshots) and ``completed`` (Managed Postgres) are the documented ends."""


def volumes(text: str, command: str = "fly volumes list") -> tuple[Volume, ...]:
    """Read ``fly volumes list --json``.

    Raises:
        Unparsable: No list, or a volume without id.
    """
    return tuple(
        Volume(
            id=text_of(fields, "id", command),
            name=str(fields.get("name") or ""),
            state=str(fields.get("state") or ""),
            machine=str(fields.get("attachedmachineid") or ""),
        )
        for fields in listed(text, command)
    )


def snapshots(text: str, command: str = "fly volumes snapshots list") -> tuple[Backup, ...]:
    """Read ``fly volumes snapshots list --json``; one without an id is still pending, whatever it says of itself.

    Raises:
        Unparsable: No list, or a snapshot without its time.
    """
    return tuple(_snapshot(fields, command) for fields in listed(text, command))


def _snapshot(fields: Fields, command: str) -> Backup:
    name, status = str(fields.get("id") or ""), str(fields.get("status") or "")
    state = _STATES.get(status.lower(), "unknown")
    kept: State = "unfinished" if state == "finished" and not name else state
    return Backup(name, kept, status, time_of(fields, "createdat", command))


def clusters(text: str, command: str = "fly mpg list") -> tuple[Cluster, ...]:
    """Read ``fly mpg list --json``.

    Raises:
        Unparsable: No list, or a cluster without id.
    """
    return tuple(_cluster(fields, command) for fields in listed(text, command))


def _cluster(fields: Fields, command: str) -> Cluster:
    attached = fields.get("attachedapps")
    apps = tuple(str(folded(item).get("name") or "") for item in objects_of(attached))
    return Cluster(
        id=text_of(fields, "id", command),
        name=str(fields.get("name") or ""),
        apps=apps if isinstance(attached, list) else None,
    )


def cluster_backups(text: str, command: str = "fly mpg backup list") -> tuple[Backup, ...]:
    """Read ``fly mpg backup list --json``; one that has no end is not finished, whatever it says of itself.

    Raises:
        Unparsable: No list, or a backup without its beginning.
    """
    return tuple(_cluster_backup(fields, command) for fields in listed(text, command))


def _cluster_backup(fields: Fields, command: str) -> Backup:
    status = str(fields.get("status") or "")
    state = _STATES.get(status.lower(), "unknown")
    kept: State = "unfinished" if state == "finished" and not fields.get("stop") else state
    return Backup(str(fields.get("id") or ""), kept, status, time_of(fields, "start", command))


def attached(found: Sequence[Volume], machines: Iterable[Machine], app: str) -> list[Volume]:
    """The volumes that a machine of the app uses.

    Raises:
        NotCovered: There is none, or those that are in use belong to machines of another app.
    """
    known = {machine.id for machine in machines}
    ours = [volume for volume in found if volume.machine in known]
    if not ours:
        foreign = sorted({volume.machine for volume in found if volume.machine})
        seen = f"volumes of machines that {app} does not have ({', '.join(foreign)})" if foreign else "no volume in use"
        raise NotCovered(
            f"fly volumes list shows {seen}; expected those of {app}. Is it the right app in backups? "
            f"Next: fly volumes list -a {app}"
        )
    return ours


def of_volume(volume: Volume, app: str, found: tuple[Backup, ...]) -> Shelf:
    """The snapshots of a volume."""
    return Shelf(f"volume {volume.id} of {app}", found)


def of_cluster(cluster: str, found: Sequence[Cluster], app: str, listing: Callable[[], tuple[Backup, ...]]) -> Shelf:
    """The backups of a cluster, which are listed only once it is known to be ours.

    Raises:
        NotCovered: The organisation does not list the cluster, or it serves other apps than ours.
    """
    ours = next((one for one in found if one.id == cluster), None)
    if ours is None:
        raise NotCovered(
            f"fly mpg list does not show the cluster {cluster}; expected it among the {len(found)} of the "
            "organisation. Look at backups.cluster and backups.organisation in the target file"
        )
    if ours.apps is not None and app not in ours.apps:
        served = ", ".join(ours.apps) or "no app"
        raise NotCovered(
            f"the cluster {cluster} is attached to {served}; expected {app}. Look at backups.cluster in the target file"
        )
    return Shelf(f"Managed Postgres cluster {cluster}", listing())
