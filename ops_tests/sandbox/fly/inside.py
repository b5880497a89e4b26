"""``fly machine exec``: a command inside a machine, whose /proc is a folder of the sandbox."""

from __future__ import annotations

import shlex
import subprocess
from typing import TYPE_CHECKING

from ops_tests.sandbox.fly.output import out, print_json
from ops_tests.sandbox.fly.session import NO_TOKEN, REQUEST, FlyError, app, token, wants_json

if TYPE_CHECKING:
    from ops_tests.sandbox.fly.keeping import State

NOT_FOUND = 127


def execute(state: State, flags: dict[str, str]) -> None:
    """Run the command and print its code and output; fly itself ends with 0 whatever the command did.

    Raises:
        FlyError: The token may not exec there, or may run only another command; or the machine is not one of the app's.
    """
    machine, command = _asked(state, flags)
    plan = state["exec"]
    # The token is of the kind that may run one command; nothing else is ever run on this computer.
    if command != plan["command"] or plan["habit"] == "refused":
        raise FlyError(f"could not exec command on machine {machine}: permission denied: unauthorized {REQUEST}")
    words = [word.replace("/proc", f"{plan['folder']}/{machine}") for word in shlex.split(command)]
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    code, stdout = done.returncode, done.stdout
    if plan["habit"] == "fails":
        code, stdout, done.stderr = NOT_FOUND, "", "sh: tr: not found\n"
    if plan["habit"] == "cut":
        stdout = stdout[: len(stdout) // 2]
    answer = {"exit_code": code, "stdout": stdout, "stderr": done.stderr}
    if wants_json(state, flags):
        return print_json({key: value for key, value in answer.items() if value})
    return out((f"Exit code: {code}\n" if code else "") + stdout)


def _asked(state: State, flags: dict[str, str]) -> tuple[str, str]:
    given, name = token(flags), app(flags)
    if "1" not in flags:
        raise FlyError("a machine ID must be specified when not running interactively")
    machine = flags["0"]
    if state["exec"]["habit"] == "no token":
        raise FlyError(NO_TOKEN)
    if given != state["exec"]["token"]:
        raise FlyError(f"could not exec command on machine {machine}: unauthorized {REQUEST}")
    if name != state["app"] or machine not in {item["id"] for item in state["machines"]}:
        raise FlyError(f"machine {machine} was not found in app '{name}'")
    return machine, flags["1"]
