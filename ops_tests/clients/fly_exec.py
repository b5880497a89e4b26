"""Looking inside a machine with ``fly machine exec``: one command that reads /proc, and a token of its own."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ops_tests.clients.fly_fields import Fields, folded, odd, whole
from ops_tests.clients.printed_json import plain
from ops_tests.errors import Blind, NotAuthorised
from ops_tests.records.runtime import COMMAND, Mount, Process, Runtime

if TYPE_CHECKING:
    from ops_tests.clients.fly import Fly
    from ops_tests.target import Secret

EXEC_SECONDS = 15
"""How long the command may take inside the machine; it reads some small files."""
_WORDS = "fly machine exec"
_PROCESS = re.compile(r"process (\d{1,10}) uid (\d{1,10}) env (.*?) name (.*)")
_MOUNT = re.compile(r"mount (\S+) (\S+) (\S+)")
_OCTAL = re.compile(r"\\([0-3][0-7]{2})")
_DECODER = json.JSONDecoder()


class FlyExec:
    """Runs that one command; none of its methods takes another.

    Args:
        fly: The app's command line with the token for exec, and with no other.
        token: That token, for its variable's name.
        app: The app's name.
    """

    def __init__(self, fly: Fly, token: Secret, app: str) -> None:
        self._fly = fly
        self._token = token
        self._app = app

    def runtime(self, machine: str) -> Runtime:
        """The processes and mounts of one started machine.

        Raises:
            NotAuthorised: The token may not exec there.
            Blind: Another failure of fly, of the command in the machine, or an answer that is not whole.
        """
        try:
            printed = self._fly.machine_exec(machine, COMMAND, EXEC_SECONDS)
        except NotAuthorised as error:
            seen = str(error).partition("; expected ")[0]
            raise NotAuthorised(
                f"{seen}; expected a token that may run our one command. Next: fly tokens create machine-exec "
                f"-a {self._app} --command COMMAND (the README has it), then set {self._token.variable}"
            ) from None
        return runtime(machine, output(printed))


def output(printed: str) -> str:
    """What the command wrote, from ``fly machine exec --json``; empty keys are left out there.

    Raises:
        Blind: The command failed in the machine: fly itself exits 0 all the same.
        Unparsable: No JSON object.
    """
    fields = _answer(plain(printed))
    code = fields.get("exitcode", 0)
    if code != 0:
        said = str(fields.get("stderr") or "").strip().splitlines() or ["it said nothing"]
        raise Blind(
            f"{_WORDS}: our command ended with {str(code)[:20]} in the machine: {whole(said[-1])[:200]}; expected 0. "
            "It needs sh, tr and sed there"
        )
    return str(fields.get("stdout") or "")


def _answer(text: str) -> Fields:
    for start in re.finditer(r"^\{", text, re.MULTILINE):
        try:
            document = _DECODER.raw_decode(text, start.start())[0]
        except (ValueError, RecursionError):
            continue
        return folded(document)
    raise odd(_WORDS, "printed no JSON object; expected one")


def runtime(machine: str, text: str) -> Runtime:
    """Read the command's lines.

    Raises:
        Unparsable: The last line is not there, so that something may be missing; or a line is none of ours.
    """
    *lines, last = whole(text).splitlines() or [""]
    if last != "end":
        raise odd(_WORDS, f"gave {len(lines)} whole lines and no end; expected all of them")
    processes, mounts = [], []
    for line in lines:
        if found := _PROCESS.fullmatch(line):
            mode = "" if found[3] == "-" else found[3]
            processes.append(Process(int(found[1]), int(found[2]), mode, found[4]))
        elif found := _MOUNT.fullmatch(line):
            point = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), found[1])
            mounts.append(Mount(point, found[2], "rw" in found[3].split(",")))
        else:
            raise odd(_WORDS, "gave a line that is neither process nor mount; expected one of them")
    return Runtime(machine, tuple(processes), tuple(mounts))
