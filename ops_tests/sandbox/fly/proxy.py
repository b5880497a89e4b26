"""``fly proxy``: a TCP forwarder to the sandbox's PostgreSQL, as the real one leads into the private network."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import time
from typing import Any

from ops_tests.sandbox.fly.output import out, print_error
from ops_tests.sandbox.fly.session import FlyError, admit

HANGS_SECONDS = 600.0
PIECE = 65536


def serve(state: dict[str, Any], flags: dict[str, str]) -> None:
    """Forward until it is ended, or until standard input closes with ``--watch-stdin``.

    Raises:
        FlyError: The tunnel does not come up, or the local port is taken.
    """
    name = admit(state, flags)
    plan = state["proxy"]
    local, _colon, remote = flags["0"].partition(":")
    if "watch-stdin" in flags:
        threading.Thread(target=_end_with_input, daemon=True).start()
    if plan["habit"] == "refused":
        raise FlyError('tunnel unavailable for organization acme: failed probing "acme": i/o timeout')
    if plan["habit"] == "hangs":
        time.sleep(HANGS_SECONDS)
    try:
        listener = socket.create_server((flags.get("bind-addr", "127.0.0.1"), int(local)))
    except OSError as error:
        raise FlyError(f"listen tcp 127.0.0.1:{local}: bind: {str(error.strerror).lower()}") from None
    host = flags.get("1", f"{name}.internal")
    out(f"Proxying localhost:{local} to remote [{host}]:{remote or local}\n")
    leads_there = name == plan["app"] and (remote or local) == str(plan["port"])
    while True:
        source, _address = listener.accept()
        threading.Thread(target=_forward, args=(source, plan, leads_there), daemon=True).start()


def _end_with_input() -> None:
    # Not through sys.stdin: a thread that reads there makes Python abort when the program ends.
    while os.read(0, 1):
        pass
    os._exit(0)


def _forward(source: socket.socket, plan: dict[str, Any], leads_there: bool) -> None:
    """Carry bytes both ways; a target that cannot be reached is told by nothing but a closed connection."""
    if plan["habit"] == "silent":
        time.sleep(HANGS_SECONDS)
    with source, contextlib.suppress(OSError):
        if plan["habit"] == "dies" and source.recv(1, socket.MSG_PEEK):
            print_error("the tunnel closed: context canceled")
            sys.stderr.flush()
            os._exit(1)
        if not leads_there:
            return
        with socket.create_connection(tuple(plan["target"])) as target:
            back = threading.Thread(target=_copy, args=(target, source), daemon=True)
            back.start()
            _copy(source, target)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
