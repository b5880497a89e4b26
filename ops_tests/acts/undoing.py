"""Undoing what stands open in a target's journal, the newest first."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ops_tests.acts import letter_box
from ops_tests.acts.journal import Deploying, Entry, Journal, Restarting, recover_line
from ops_tests.clients.acting.fly import ActingFly
from ops_tests.clients.fly_platform import FlyPlatform, connect
from ops_tests.errors import ActionFailed, OpsError
from ops_tests.rules.deployments import undeployed
from ops_tests.rules.machines import running, serving, unwell
from ops_tests.rules.releases import incomplete, newest, same_image
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.permit import Permit
    from ops_tests.records.platform import Machine
    from ops_tests.target import Target

STARTS_BY_ITSELF_SECONDS = 5.0
"""A restart that was begun goes on without us; before we start a machine we see whether it does so itself."""
PAUSE_SECONDS = 1.2
"""Between two looks: Fly.io's APIs allow one request a second for each app."""


def undo(target: Target, permit: Permit, journal: Journal) -> Iterator[str]:
    """Undo what is open, the newest first; what is undone already is only written down. Yields what was done.

    Raises:
        ActionFailed: Something could not be undone; the rest was, and the journal keeps what could not.
    """
    failed: list[str] = []
    for number, entry in reversed(journal.open_entries().items()):
        try:
            said = _undo(target, permit, entry, journal)
        except OpsError as error:
            failed.append(f"{entry} could not be undone: {error}")
            continue
        journal.undone(number)
        yield f"{entry}: {said}"
    if failed:
        raise ActionFailed(f"{listed(failed)}{'' if target.sandbox else f'. Next: {recover_line(target)}'}")


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let neither SIGINT nor SIGTERM in between; whoever sends them wants to end what is being undone anyway."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _undo(target: Target, permit: Permit, entry: Entry, journal: Journal) -> str:
    if isinstance(entry, Restarting):
        return _started(target, permit, entry.machine)
    if isinstance(entry, Deploying):
        return _deployed(target, permit, entry, journal)
    with letter_box.opened(target) as box:
        gone = box.table(permit).delete_of_shop(entry.shop)
    return f"{gone} letters of its shop were taken away"


def _started(target: Target, permit: Permit, machine: str) -> str:
    platform, ends_at = connect(target), time.monotonic() + STARTS_BY_ITSELF_SECONDS
    while _found(platform.machines(), machine).state != "started":
        if time.monotonic() > ends_at:
            ActingFly(target, permit).machine_start(machine)
            return "it was started"
        time.sleep(PAUSE_SECONDS)
    return "it is started"


def _found(machines: tuple[Machine, ...], machine: str) -> Machine:
    found = next((one for one in serving(machines) if one.id == machine), None)
    if found is None:
        raise ActionFailed(f"machine {machine} is gone; expected it started. Next: fly machine list")
    return found


def _deployed(target: Target, permit: Permit, entry: Deploying, journal: Journal) -> str:
    platform = connect(target)
    releases = platform.releases()
    last = newest(releases)
    # Of the image from before there may be several, each from an attempt to undo; of the other the drill made one.
    ours = str(last.image) == entry.image or (str(last.image) == entry.to and last.version <= entry.newest + 1)
    if not ours:
        raise ActionFailed(
            f"release v{last.version} ({last.image}) was made since by no drill, so it is not taken back; if it is "
            f"the right one, remove {journal.path}, else type: fly deploy -a {_app(target)} --image {entry.image}"
        )
    wanted = next((one.image for one in releases if str(one.image) == entry.image), None)
    if wanted is None:
        raise ActionFailed(f"no release is of {entry.image} any more; expected one. Next: fly deploy with that image")
    if last.image and same_image(last.image, wanted) and not incomplete(releases, running(platform.machines())):
        return "every machine runs the image from before"
    _await_rest(platform)
    if wrong := undeployed(ActingFly(target, permit).deploy(wanted)):
        raise ActionFailed(f"the image from before was deployed again, and seen: {listed(wrong)}")
    return "the image from before was deployed again"


def _await_rest(platform: FlyPlatform) -> None:
    """Let the platform end what was begun, for a while: a deployment into it would meet machines in between."""
    ends_at = time.monotonic() + STARTS_BY_ITSELF_SECONDS
    while unwell(platform.machines(), 1) and time.monotonic() < ends_at:
        time.sleep(PAUSE_SECONDS)


def _app(target: Target) -> str:
    return target.fly.app if target.fly else "APP"
