"""A sandbox that is forked from what is loaded already, in place of an interpreter that loads all of it again."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NoReturn

from ops_tests.sandbox import __main__ as program
from ops_tests.sandbox import world as _loaded_for_its_forks  # noqa: F401

LONGEST_ORDER = 1 << 20
STREAMS = 3


class ForkedSandbox:
    """Stands in for the `subprocess.Popen` of `ops_tests.sandbox.embedded`, for one sandbox.

    It is forked while this process has no threads, and waits to become a process like the one that would be started:
    in a session of its own, without PostgreSQL's variables, with no descriptor but its streams and the lock.
    """

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            self._channel.close()
            _be_sandbox(theirs)
        theirs.close()

    def process(self, folder: Path, lock: int, what: Sequence[str], errors: IO[bytes]) -> ForkedSandbox:
        """Be `ops_tests.sandbox.embedded._process`."""
        (its_input, self_input), (self_output, its_output) = os.pipe(), os.pipe()
        order = json.dumps({"folder": str(folder), "what": what, "environ": dict(os.environ)}).encode()
        with self._channel:
            socket.send_fds(self._channel, [order], [its_input, its_output, errors.fileno(), lock])
        os.close(its_input)
        os.close(its_output)
        self.stdin, self.stdout = open(self_input, "wb", buffering=0), open(self_output, "rb")  # noqa: SIM115, PTH123
        return self

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended."""
        began = time.monotonic()
        while self.returncode is None:
            pid, ended = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(ended)
            elif timeout is not None and time.monotonic() - began > timeout:
                raise subprocess.TimeoutExpired("sandbox", timeout)
            else:
                time.sleep(0.005)
        return self.returncode

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.pid, 9)


def _be_sandbox(channel: socket.socket) -> NoReturn:
    """Be ``python -m ops_tests.sandbox`` when told to; end when nobody will."""
    said, streams, _, _ = socket.recv_fds(channel, LONGEST_ORDER, STREAMS + 1)
    if not said:
        os._exit(0)
    os.setsid()
    for stream, descriptor in enumerate(streams[:STREAMS]):
        os.dup2(descriptor, stream)
    lock = streams[STREAMS]
    os.closerange(STREAMS, lock)
    os.closerange(lock + 1, os.sysconf("SC_OPEN_MAX"))
    order = json.loads(said)
    os.environ.clear()
    os.environ.update((name, value) for name, value in order["environ"].items() if not name.startswith("PG"))
    os._exit(program.main(order["folder"], str(lock), *order["what"]))
