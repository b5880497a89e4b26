"""What each command prints."""

from __future__ import annotations

import sys

from ops_tests.sandbox import json_text
from ops_tests.sandbox.fly import storage
from ops_tests.sandbox.fly.output import out, print_json, print_table
from ops_tests.sandbox.fly.session import USER_QUERY, FlyError, admit, app, token, wants_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from ops_tests.sandbox.fly.keeping import State

Flags = dict[str, str]
BUILD = {
    "Name": "flyctl",
    "Version": "0.4.87",
    "Commit": "3eb236fab6a9226928554243ba163e5fb13aa3a4",
    "BranchName": "",
    "BuildDate": "2026-08-20T18:56:30Z",
    "OS": sys.platform,
    "Architecture": "amd64",
    "Environment": "production",
}
ORGANISATION = {
    "ID": "bjkZRb7BXzk36H383wbX0z9bXRH6LL",
    "InternalNumericID": "4242",
    "Name": "",
    "Slug": "acme",
    "RawSlug": "",
    "PaidPlan": True,
}


def version(state: State, flags: Flags) -> None:
    """The one command whose JSON stands on one line."""
    if wants_json(state, flags):
        return print_json(BUILD, indent=None)
    return out(
        f"flyctl v{BUILD['Version']} {BUILD['OS']}/amd64 Commit: {BUILD['Commit']} BuildDate: {BUILD['BuildDate']}\n"
    )


def whoami(state: State, flags: Flags) -> None:
    """Who the token is."""
    if token(flags) != state["token"]:
        raise FlyError(f"{USER_QUERY}You must be authenticated to view this.")
    email = "ops@example.invalid"
    return print_json({"email": email}) if wants_json(state, flags) else out(email + "\n")


def status(state: State, flags: Flags) -> None:
    """The app and its machines; the exit status is 0 whatever they are like."""
    as_json = wants_json(state, flags)
    if "watch" in flags:
        raise FlyError("--watch and --json are not supported together" if as_json
                       else "--watch is not supported for non-interactive sessions")  # fmt: skip
    name = admit(state, flags)
    machines = sorted(state["machines"], key=lambda machine: str(machine["id"]), reverse=True)
    if as_json:
        version = state["releases"][0]["Version"]
        host = f"{name}.fly.dev"
        return print_json({"AppURL": f"https://{host}", "Deployed": True, "Hostname": host, "ID": name,
                           "Machines": machines, "Name": name, "Organization": ORGANISATION,
                           "PlatformVersion": "machines", "Status": "deployed", "Version": version})  # fmt: skip
    return _print_status(name, machines)


def _print_status(name: str, machines: list[State]) -> None:
    facts = [("Owner", "acme"), ("Hostname", f"{name}.fly.dev"), ("Image", _image(machines[0]))]
    print_table("App", ("Name", name), facts)
    rows = [("app", machine["id"], _release(machine), machine["region"], machine["state"], "", _check_words(machine),
             machine["updated_at"]) for machine in machines]  # fmt: skip
    print_table("Machines", ("PROCESS", "ID", "VERSION", "REGION", "STATE", "ROLE", "CHECKS", "LAST UPDATED"), rows)


def machine_list(state: State, flags: Flags) -> None:
    """All machines."""
    name = admit(state, flags, "failed to list VMs")
    machines = state["others"].get(name, state["machines"])
    if wants_json(state, flags):
        return print_json(machines)
    if "quiet" in flags:
        return out("".join(f"{machine['id']}\n" for machine in machines))
    out(
        f"{len(machines)} machines have been retrieved from app {name}.\nView them in the UI here (https://fly.io/apps/{name}/machines/)\n\n"
    )
    rows = [
        (machine["id"], machine["name"], machine["state"], _check_words(machine), machine["region"], _image(machine))
        for machine in machines
    ]
    return print_table(name, ("ID", "NAME", "STATE", "CHECKS", "REGION", "IMAGE"), rows)


def checks_list(state: State, flags: Flags) -> None:
    """The checks by machine."""
    name = admit(state, flags, "failed to list active VMs")
    if wants_json(state, flags):
        return print_json({machine["id"]: machine["checks"] for machine in state["machines"]})
    out(f"Health Checks for {name}\n")
    rows = [(check["name"], check["status"], machine["id"], check["updated_at"], check["output"])
            for machine in state["machines"] for check in machine["checks"]]  # fmt: skip
    return print_table("", ("NAME", "STATUS", "MACHINE", "LAST UPDATED", "OUTPUT"), rows)


def releases(state: State, flags: Flags) -> None:
    """The last 25 releases, newest first."""
    admit(state, flags)
    if wants_json(state, flags):
        return print_json(state["releases"][:25])
    images = "image" in flags
    rows = [(f"v{item['Version']}", item["Status"], item["Description"], item["User"]["Email"], item["CreatedAt"],
             *([item["ImageRef"]] if images else [])) for item in state["releases"]]  # fmt: skip
    return print_table(
        "", ("VERSION", "STATUS", "DESCRIPTION", "USER", "DATE", *(["DOCKER IMAGE"] if images else [])), rows
    )


def secrets_list(state: State, flags: Flags) -> None:
    """Names, digests and whether the machines have them; never a value."""
    admit(state, flags, "failed to list app secrets")
    if wants_json(state, flags):
        return print_json(state["secrets"])
    marks = {"Staged": "* ", "Partial": "! "}
    rows = [(marks.get(item["status"], "") + item["name"], item["digest"], item["status"]) for item in state["secrets"]]
    return print_table("", ("NAME", "DIGEST", "STATUS"), rows)


def config_show(state: State, flags: Flags) -> None:
    """The configuration; JSON without being asked, two blanks deep."""
    admit(state, flags)
    print_json(state["config"], indent=2)


def scale_show(state: State, flags: Flags) -> None:
    """What the process groups have; FLY_JSON has no effect here."""
    name = admit(state, flags, "failed to list VMs")
    machines = [machine for machine in state["machines"] if "config" in machine]
    guest = machines[0]["config"]["guest"] if machines else {}
    group = {"Process": "app", "Count": len(machines), "CPUKind": guest.get("cpu_kind"), "CPUs": guest.get("cpus"),
             "Memory": guest.get("memory_mb"), "Regions": {"fra": len(machines)}}  # fmt: skip
    if "json" in flags and wants_json(state, flags):
        return print_json([group] if machines else [])
    out(f"VM Resources for app: {name}\n\n")
    rows = [("app", str(len(machines)), "shared", "1", f"{guest.get('memory_mb')} MB", f"fra({len(machines)})")]
    return print_table("Groups", ("NAME", "COUNT", "KIND", "CPUS", "MEMORY", "REGIONS"), rows)


def image_show(state: State, flags: Flags) -> None:
    """What each machine runs, all values strings; ``null`` without machines."""
    admit(state, flags)
    shown = [
        {
            "Digest": image["digest"],
            "Labels": json_text.dumps(image["labels"]),
            "MachineID": machine["id"],
            "Registry": image["registry"],
            "Repository": image["repository"],
            "Tag": image["tag"],
            "Version": "N/A",
        }
        for machine in state["machines"]
        for image in [machine["image_ref"]]
    ]
    if wants_json(state, flags):
        return print_json(shown or None)
    return print_table("Image Details", ("MACHINE ID", "REPOSITORY", "TAG"),
                       [(item["MachineID"], item["Repository"], item["Tag"]) for item in shown])  # fmt: skip


def _image(machine: State) -> str:
    return f"{machine['image_ref']['repository']}:{machine['image_ref']['tag']}"


def _release(machine: State) -> str:
    config = machine.get("config") or machine["incomplete_config"]
    return str(config["metadata"]["fly_release_version"])


def _check_words(machine: State) -> str:
    states = [check["status"] for check in machine["checks"]]
    counts = [f"{states.count(word)} {word}" for word in ("passing", "warning", "critical") if word in states]
    return ", ".join([f"{len(states)} total", *counts])


def read_logs(state: State, flags: Flags) -> None:
    """The log, as the logs API tells it."""
    from ops_tests.sandbox.fly.logs import logs  # its HTTP client takes longer to import than all the rest

    logs(token(flags), app(flags), flags, as_json=wants_json(state, flags))


def machine_exec(state: State, flags: Flags) -> None:
    """A command's code and output from inside a machine."""
    from ops_tests.sandbox.fly.inside import execute  # its process module takes long to import

    execute(state, flags)


def proxy(state: State, flags: Flags) -> None:
    """A port that leads into the private network."""
    from ops_tests.sandbox.fly.proxy import serve

    serve(state, flags)


def machine_restart(state: State, flags: Flags) -> None:
    """Machines stopped and started again."""
    from ops_tests.sandbox.fly.acting import restart  # as above: its modules are for what acts alone

    restart(state, flags)


def machine_start(state: State, flags: Flags) -> None:
    """Stopped machines started."""
    from ops_tests.sandbox.fly.acting import start

    start(state, flags)


def scale_memory(state: State, flags: Flags) -> None:
    """Another size of memory."""
    from ops_tests.sandbox.fly.acting import scale_memory

    scale_memory(state, flags)


def deploy(state: State, flags: Flags) -> None:
    """Another image."""
    from ops_tests.sandbox.fly.acting import deploy

    deploy(state, flags)


RUN: dict[tuple[str, ...], Callable[[State, Flags], None]] = {
    ("version",): version, ("auth", "whoami"): whoami, ("status",): status, ("machine", "list"): machine_list,
    ("checks", "list"): checks_list, ("releases",): releases, ("secrets", "list"): secrets_list, ("logs",): read_logs,
    ("config", "show"): config_show, ("scale", "show"): scale_show, ("image", "show"): image_show,
    ("machine", "exec"): machine_exec, ("proxy",): proxy, ("volumes", "list"): storage.volumes_list,
    ("volumes", "snapshots", "list"): storage.snapshots_list, ("mpg", "list"): storage.mpg_list,
    ("mpg", "backup", "list"): storage.mpg_backup_list, ("machine", "restart"): machine_restart,
    ("machine", "start"): machine_start,
    ("scale", "memory"): scale_memory, ("deploy",): deploy,
}  # fmt: skip
