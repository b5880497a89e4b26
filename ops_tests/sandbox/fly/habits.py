"""Bad habits of the command: it hangs, crashes, warns, is killed, is refused at first, or is an older version."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from ops_tests.sandbox.fly.arguments import UsageError
from ops_tests.sandbox.fly.output import out
from ops_tests.sandbox.fly.session import FlyError

if TYPE_CHECKING:
    from ops_tests.sandbox.fly.keeping import State

CRASHED = 3
SECONDS = {"slow": 2.0, "far": 1.0, "hangs": 600.0}
"""How long it thinks before it does anything."""
BEGINNING = '[\n    {\n        "id": "d8d4017a6e3278",\n        "na'
PANIC = (
    "\x1b[31mOops, something went wrong! Could you try that again?\x1b[0m\n\n"
    "runtime error: invalid memory address or nil pointer dereference\ngoroutine 1 [running]:\n"
)
WARNING = "\x1b[33mWARN\x1b[0m The current flyctl agent is older than the flyctl that talks to it [v0.4.80]\n"


class Crash(Exception):
    """The program panicked; what it had to say is said."""


def before(state: State, words: tuple[str, ...]) -> None:
    """Do what the habit does before the command itself.

    Raises:
        Crash: It panicked.
        FlyError: The API limits our rate.
        UsageError: That version did not know the command yet.
    """
    habit = state["habit"]
    if habit == "of 2024" and words[0] == "mpg":
        raise UsageError('unknown command "mpg" for "flyctl"', ())
    if habit in SECONDS:
        time.sleep(SECONDS[habit])
    elif habit == "warns":
        out(WARNING)
    elif habit == "crashes":
        out(PANIC)
        raise Crash
    elif habit in {"killed", "cut"}:
        _stop_half_way(habit)
    elif habit == "limited at first" and _first_time(f"{state['file']}-{'-'.join(words)}"):
        raise FlyError("failed to ask: 429 Too Many Requests: rate limit exceeded")


def _stop_half_way(habit: str) -> None:
    """Print half an answer, and end: killed, or as if that were all."""
    out(BEGINNING)
    if habit == "killed":
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(0)


def _first_time(marker: str) -> bool:
    try:
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return False
    return True


def older(state: State) -> State:
    """The state in the JSON of the version that runs: flyctl named and left out other keys in earlier years."""
    habit = state["habit"]
    if habit == "of 2025":
        return {**state, "secrets": [_secret_of_2025(item) for item in state["secrets"]]}
    if habit != "of 2024":
        return state
    unknown = {"host_status", "cordoned"}
    return {
        **state,
        "secrets": [
            {"Name": item["name"], "Digest": item["digest"], "CreatedAt": CREATED} for item in state["secrets"]
        ],
        "machines": [{key: one[key] for key in one if key not in unknown} for one in state["machines"]],
        "releases": [_release_of_2024(item) for item in state["releases"]],
    }


CREATED = "2024-03-02T09:14:07Z"


def _secret_of_2025(item: dict[str, str]) -> dict[str, str]:
    return {"name": item["name"], "digest": item["digest"], "updated_at": CREATED, "created_at": CREATED}


def _release_of_2024(item: State) -> State:
    status = {"complete": "succeeded"}.get(item["Status"], item["Status"])
    return {**{key: item[key] for key in item if key != "Metadata"}, "Status": status}
