"""The state file: read with what has come to pass since it was written, and changed by one process at a time.

A restart is the platform's own work: once begun it goes on, also when the ``fly`` that asked for it is killed. So what
will happen stands in the file with its time (``coming``), and whoever reads it lets happen what is due.
"""

from __future__ import annotations

import time

from ops_tests.sandbox import state_file
from ops_tests.sandbox.state_file import State

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["State", "become", "change", "moment", "read", "settled"]


def read(file: str) -> State:
    """The state as it is now."""
    return settled(state_file.read(file), time.time())


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
    return state_file.change(file, edit, read)


def moment(at: float) -> str:
    """A time as fly writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
