"""The state file: read with what has come to pass since it was written, and changed by one process at a time.

A restart is the platform's own work: once begun it goes on, also when the ``fly`` that asked for it is killed. So what
will happen stands in the file with its time (``coming``), and whoever reads it lets happen what is due.
"""

from __future__ import annotations

<<<<<<< HEAD
=======
import os
>>>>>>> i3-cpu
import time

from ops_tests.sandbox.fly import json_text

<<<<<<< HEAD
from ops_tests.sandbox import state_file
from ops_tests.sandbox.state_file import State

__all__ = ["State", "become", "change", "moment", "read", "settled"]
=======
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    State = dict[str, Any]
else:
    State = dict  # typing takes a quarter of a call to import, collections a tenth
>>>>>>> i3-cpu


def read(file: str) -> State:
    """The state as it is now."""
<<<<<<< HEAD
    return settled(state_file.read(file), time.time())
=======
    with open(file, encoding="utf-8") as text:  # noqa: PTH123 - pathlib is slow to import
        return settled(json_text.loads(text.read()), time.time())
>>>>>>> i3-cpu


def settled(state: State, now: float) -> State:
    """The state with everything that is due by ``now``, in seconds of the Unix epoch."""
    due = [one for one in state["coming"] if one["at"] <= now]
    for one in sorted(due, key=lambda item: float(item["at"])):
        become(state, one["machine"], one["at"], one["becomes"], one["event"])
    return {**state, "coming": [one for one in state["coming"] if one["at"] > now]} if due else state


def become(state: State, machine: str, at: float, becomes: State, event: State) -> None:
    """Let a machine become something else; ``event`` is what its list of events says of it, or empty."""
    for one in state["machines"]:
        if one["id"] == machine:
            one.update(becomes, updated_at=moment(at))
            if event:
                one["events"].insert(0, {**event, "timestamp": int(at * 1000)})


def change(file: str, edit: Callable[[State], object]) -> State:
    """Change the state; others wait meanwhile, and a reader sees it as it was before or as it is afterwards."""
<<<<<<< HEAD
    return state_file.change(file, edit, read)
=======
    import fcntl

    lock = os.open(f"{file}.lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = read(file)
        edit(state)
        fresh = os.open(f"{file}.new", os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(fresh, "w", encoding="utf-8") as text:
            text.write(json_text.dumps(state))
        os.replace(f"{file}.new", file)  # noqa: PTH105 - pathlib is slow to import
    finally:
        os.close(lock)
    return state
>>>>>>> i3-cpu


def moment(at: float) -> str:
    """A time as fly writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
