"""Volumes, their snapshots, and the backups of Managed Postgres."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ops_tests.sandbox.fly.output import out, print_json, print_table
from ops_tests.sandbox.fly.session import REQUEST, FlyError, admit, token, wants_json

if TYPE_CHECKING:
    from ops_tests.sandbox.fly.keeping import State

Flags = dict[str, str]
MACAROON = "fm"
OLD_TOKEN = "MPG commands require updated tokens but found older-style tokens."  # noqa: S105 - an error message
DAY_SECONDS = 86400


def volumes_list(state: State, flags: Flags) -> None:
    """The app's volumes."""
    name = admit(state, flags)
    volumes = state["volumes"].get(name, [])
    if wants_json(state, flags):
        return print_json(volumes)
    rows = [
        (item["id"], item["state"], item["name"], f"{item['size_gb']}GB", item["attached_machine_id"] or "")
        for item in volumes
    ]
    return print_table("", ("ID", "STATE", "NAME", "SIZE", "ATTACHED VM"), rows)


def snapshots_list(state: State, flags: Flags) -> None:
    """A volume's snapshots, oldest first; of an unknown volume the API's complaint."""
    admit(state, flags)
    found = state["snapshots"].get(flags["0"])
    if found is None:
        raise FlyError(f"failed retrieving snapshots: volume not found {REQUEST}")
    if wants_json(state, flags):
        return print_json(found)
    rows = [(item["id"], item["status"], str(item["size"]), item["created_at"]) for item in found]
    return print_table("Snapshots", ("ID", "STATUS", "SIZE", "CREATED AT"), rows)


def _authorise(state: State, flags: Flags) -> None:
    given = token(flags)
    if not given.startswith(MACAROON):
        raise FlyError(OLD_TOKEN)
    if given != state["token"]:
        raise FlyError("failed retrieving organizations: You must be authenticated to view this.")


def mpg_list(state: State, flags: Flags) -> None:
    """An organisation's clusters; none are told in a sentence, whatever was asked for."""
    _authorise(state, flags)
    if "org" not in flags:
        raise FlyError("slug argument must be specified when not running interactively")
    clusters = state["clusters"] if flags["org"] == state["organisation"] else []
    if not clusters:
        return out(f"No managed postgres clusters found in organization {flags['org']}\n")
    if wants_json(state, flags):
        return print_json(clusters)
    rows = [(item["id"], item["name"], item["region"], item["status"], item["plan"]) for item in clusters]
    return print_table("", ("ID", "NAME", "REGION", "STATUS", "PLAN"), rows)


def mpg_backup_list(state: State, flags: Flags) -> None:
    """A cluster's backups, by default of the last 24 hours; none are told in a sentence, whatever was asked for."""
    cluster = flags["0"]
    if not token(flags).startswith(MACAROON):
        raise FlyError(OLD_TOKEN)
    if token(flags) != state["token"] or cluster not in state["cluster_backups"]:
        raise FlyError(f'managed postgres cluster "{cluster}" not found')
    found = [item for item in state["cluster_backups"][cluster] if "all" in flags or _of_today(item)]
    if not found:
        rest = "" if "all" in flags else " in the last 24 hours (use --all to see all backups)"
        return out(f"No backups found for cluster {cluster}{rest}\n")
    if wants_json(state, flags):
        return print_json(found)
    rows = [(item["id"], item["start"], item["status"], item["type"]) for item in found]
    return print_table("", ("ID", "START", "STATUS", "TYPE"), rows)


def _of_today(item: State) -> bool:
    since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - DAY_SECONDS))
    return str(item["start"]) >= since
