"""What changes the app: restart a machine, scale the memory, deploy an image. It really happens, machine by machine."""

from __future__ import annotations

import copy
import fcntl
import os
import re
import signal
import sys
import time
from functools import partial

from ops_tests.sandbox.fly.keeping import State, become, change, moment, read
from ops_tests.sandbox.fly.output import out
from ops_tests.sandbox.fly.session import REQUEST, FlyError, app, token

Flags = dict[str, str]
OUTAGE_SECONDS = 1.0
"""From a machine's stop to its start."""
CHECK_SECONDS = 0.2
"""From its start to the first health check."""
PATIENCE_SECONDS = 3.0
"""How long a machine is given to become healthy; flyctl gives it 5 minutes to start and 5 for its checks."""
LEASE_SECONDS = 2.0
"""After so long somebody who waits for another's lease says so."""
CANCELLED = 127
MEMORY = re.compile(r"(\d+)\s*(mb|gb)?", re.IGNORECASE)


def restart(state: State, flags: Flags) -> None:
    """``machine restart``: one machine after another, each healthy before the next.

    Raises:
        FlyError: Not permitted, no machine named, an unknown one, or one that does not become healthy.
    """
    machines = _named(state, flags)
    for machine in machines:
        out(f"Restarting machine {machine}\n")
        _anew(state["file"], machine, _resized(state, machine))
        out(f"Machine {machine} restarted successfully!\n")


def _resized(state: State, machine: str) -> State:
    """What else a restart makes of a machine: nothing, where it does as it should."""
    if state["acting"]["habit"] != "shrinks":
        return {}
    one = next(item for item in state["machines"] if item["id"] == machine)
    config = copy.deepcopy(_config(one))
    config["guest"]["memory_mb"] //= 2
    return {_config_key(one): config}


def start(state: State, flags: Flags) -> None:
    """``machine start``: machines that are stopped; whether they become healthy nobody waits for.

    Raises:
        FlyError: Not permitted, no machine named, or an unknown one.
    """
    for machine in _named(state, flags):
        change(state["file"], partial(_start, machine=machine))
        out(f"{machine} has been started\n")


def _named(state: State, flags: Flags) -> list[str]:
    """The machines behind the command's words."""
    name = _admitted(state, flags)
    machines = [flags[key] for key in sorted((key for key in flags if key.isdigit()), key=int)]
    if not machines:
        raise FlyError("a machine ID must be specified when not running interactively")
    for machine in machines:
        if machine not in {one["id"] for one in state["machines"]}:
            raise FlyError(f"machine {machine} was not found in app '{name}'")
    return machines


def scale_memory(state: State, flags: Flags) -> None:
    """``scale memory``: every machine gets a new size and restarts.

    Raises:
        FlyError: Not permitted, no size, no such group, or a machine that does not become healthy.
    """
    _admitted(state, flags)
    given, group = MEMORY.fullmatch(flags["0"].strip()), flags.get("group", "app")
    if given is None:
        raise FlyError(f"invalid memory size: {flags['0']}")
    megabytes = int(given[1]) * (1024 if (given[2] or "").lower() == "gb" else 1)
    machines = [one for one in state["machines"] if _config(one)["metadata"]["fly_process_group"] == group]
    if not machines:
        raise FlyError(f"No active machines in process group '{group}', check `fly status` output")
    for machine in machines:
        config = copy.deepcopy(_config(machine))
        config["guest"]["memory_mb"] = megabytes
        _updated(state["file"], machine, {_config_key(machine): config})
    guest = _config(machines[0])["guest"]
    size = f"{guest['cpu_kind']}-cpu-{guest['cpus']}x"
    out(f"Scaled VM Type to '{size}'\n      CPU Cores: {guest['cpus']}\n         Memory: {megabytes} MB\n")


def deploy(state: State, flags: Flags) -> None:
    """``deploy --image``: a new release, and each machine becomes one of it.

    Raises:
        FlyError: Not permitted, an image that the registry does not have, or a machine that does not become healthy.
    """
    name = _admitted(state, flags)
    image = _image(state, flags.get("image", ""))
    version = _released(state["file"], flags["image"])
    out(f"==> Verifying app config\n--> Verified app config\n==> Building image\nimage: {flags['image']}\n\n"
        f"Watch your deployment at https://fly.io/apps/{name}/monitoring\n\n")  # fmt: skip
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        for machine in state["machines"] if state["acting"]["habit"] != "lies" else ():
            _deployed(state["file"], machine, image, version)
    except FlyError:
        _end_release(state["file"], version, "failed")
        raise
    except KeyboardInterrupt:
        _end_release(state["file"], version, "interrupted")
        os._exit(CANCELLED)
    _end_release(state["file"], version, "complete")
    out(f"\nVisit your newly deployed app at https://{name}.fly.dev/\n")


def _admitted(state: State, flags: Flags) -> str:
    """The app's name, for a token that may act; nobody has written down what the API says to one that may not."""
    given, name = token(flags), app(flags)
    if given != state["acting"]["token"] or state["acting"]["habit"] == "refused":
        raise FlyError(f"failed to obtain lease: unauthorized {REQUEST}")
    if name != state["app"]:
        raise FlyError(f"failed to list VMs: app not found {REQUEST}")
    return name


def _image(state: State, reference: str) -> State:
    known: State = state["images"].get(reference.rpartition(":")[2], {})
    if not known or not reference:
        raise FlyError(f'failed to fetch an image or build from source: could not find image "{reference}"')
    return known


def _released(file: str, reference: str) -> int:
    """Write a new release down and return its number."""
    version = 0

    def edit(state: State) -> None:
        nonlocal version
        last = state["releases"][0]
        version = int(last["Version"]) + 1
        now = moment(time.time())
        state["releases"].insert(0, {**last, "ID": f"rel_{version}", "Version": version, "Stable": False,
                                     "Status": "running", "CreatedAt": now, "ImageRef": reference})  # fmt: skip

    change(file, edit)
    return version


def _end_release(file: str, version: int, status: str) -> None:
    def edit(state: State) -> None:
        for one in state["releases"]:
            if one["Version"] == version:
                one.update(Status=status, Stable=status == "complete")

    change(file, edit)


def _interrupt(number: int, _frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


def _deployed(file: str, machine: State, image: State, version: int) -> None:
    config = copy.deepcopy(_config(machine))
    config["metadata"] |= {"fly_release_id": f"rel_{version}", "fly_release_version": str(version)}
    config["image"] = f"{image['registry']}/{image['repository']}:{image['tag']}"
    _updated(file, machine, {_config_key(machine): config, "image_ref": image})
    out(f" ✔ Machine {machine['id']} [app] update succeeded\n")


def _config_key(machine: State) -> str:
    return "config" if "config" in machine else "incomplete_config"


def _config(machine: State) -> State:
    config: State = machine[_config_key(machine)]
    return config


def _updated(file: str, machine: State, becomes: State) -> None:
    """A machine at rest only becomes the other; one that runs, or is about to, is started anew."""
    now = read(file)
    (state,) = [one["state"] for one in now["machines"] if one["id"] == machine["id"]]
    if state == "started" or any(one["machine"] == machine["id"] for one in now["coming"]):
        return _anew(file, machine["id"], becomes)
    change(file, lambda state: become(state, machine["id"], time.time(), becomes, {}))
    return None


def _anew(file: str, machine: str, becomes: State) -> None:
    """Stop a machine, start it as what it becomes, and wait until it is healthy."""
    lease = _leased(file, machine)
    try:
        change(file, lambda state: _stop(state, machine, becomes))
        _await_health(file, machine)
    finally:
        os.close(lease)


def _leased(file: str, machine: str) -> int:
    """The machine's lease: one at a time changes it, and whoever dies has given it back."""
    lease = os.open(f"{file}-lease-{machine}", os.O_CREAT | os.O_RDWR, 0o600)
    waits_until: float = time.monotonic() + LEASE_SECONDS
    while True:
        try:
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waits_until and time.monotonic() > waits_until:
                out(f"Waiting on lease for machine {machine}...\n")
                waits_until = 0
            time.sleep(0.02)
        else:
            return lease


def _stop(state: State, machine: str, becomes: State) -> None:
    """The stop now, with the start and the first check to come."""
    now = time.time()
    checks = next(one["checks"] for one in state["machines"] if one["id"] == machine)
    critical = [{**one, "status": "critical", "output": "connect: connection refused"} for one in checks]
    passing = [{**one, "status": "passing", "output": '{"status":"ok"}'} for one in checks]
    ended = {"oom_killed": False, "requested_stop": True, "exited_at": moment(now)}
    exited = {"type": "exit", "status": "stopped", "source": "flyd",
              "request": {"exit_event": ended, "restart_count": 0}}  # fmt: skip
    started = {"type": "start", "status": "started", "source": "flyd"}
    state["acting"]["begun"] = True
    become(state, machine, now, {"state": "stopped", "checks": critical}, exited)
    if state["acting"]["habit"] == "stays down":
        return
    begins = now + OUTAGE_SECONDS
    state["coming"].append(_coming(begins, machine, {**becomes, "state": "started"}, started))
    if state["acting"]["habit"] != "unhealthy":
        state["coming"].append(_coming(begins + CHECK_SECONDS, machine, {"checks": passing}, {}))


def _start(state: State, machine: str) -> None:
    """The start now, with the first check to come."""
    now = time.time()
    checks = next(one["checks"] for one in state["machines"] if one["id"] == machine)
    passing = [{**one, "status": "passing", "output": '{"status":"ok"}'} for one in checks]
    state["acting"]["begun"] = True
    become(state, machine, now, {"state": "started"}, {"type": "start", "status": "started", "source": "flyd"})
    state["coming"].append(_coming(now + CHECK_SECONDS, machine, {"checks": passing}, {}))


def _coming(at: float, machine: str, becomes: State, event: State) -> State:
    return {"at": at, "machine": machine, "becomes": becomes, "event": event}


def _await_health(file: str, machine: str) -> None:
    shown, ends_at = "", time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        one = next(item for item in read(file)["machines"] if item["id"] == machine)
        good = sum(check["status"] == "passing" for check in one["checks"])
        words = f"{one['state']}, {good}/{len(one['checks'])}"
        if one["state"] == "started" and words != shown:
            shown = words
            sys.stderr.write(f"  Waiting for {machine} to become healthy ({words})\n")
        if one["state"] == "started" and good == len(one["checks"]):
            return None if one["checks"] else out("No health checks found\n")
        time.sleep(0.02)
    raise FlyError(f"failed to wait for health checks to pass: machine {machine} is not healthy")
