"""The way to a database on Fly.io's private network: ``fly proxy``, started when it is first needed and then held."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.clients import command, fly_errors
from ops_tests.clients.fly import clean_environment
from ops_tests.errors import Blind, NoAnswerInTime, NotAuthorised

if TYPE_CHECKING:
    from ops_tests.target import Secret

HOST = "127.0.0.1"
UP_SECONDS = 12.0
"""How long the tunnel may take: fly starts its agent, makes a WireGuard peer at first, and waits for the name."""
_KNOCK_SECONDS = 0.1
_LAST_WORDS_SECONDS = 0.3


class FlyProxy:
    """A port of this machine that leads to a port of an app, for as long as this process lives.

    Args:
        app: The app on Fly.io.
        port: The port there.
        environ: The environment ``fly`` is looked up and runs in.
        token: A token that may open a tunnel; None for the engineer's own login.
    """

    def __init__(self, app: str, port: int, environ: Mapping[str, str], token: Secret | None) -> None:
        self._app, self._port = app, port
        self._environ = environ
        self._token = token
        self._lock = threading.Lock()
        self._held: command.Held | None = None
        self._local = 0
        self._failure: Blind | None = None

    def __str__(self) -> str:
        return f"fly proxy to {self._app}:{self._port}"

    def address(self) -> tuple[str, int]:
        """Where the database answers on this machine; the first call starts the proxy and waits for its port.

        Raises:
            Blind: It did not come up, or has ended since; every call then says so, and none starts it again.
        """
        with self._lock:
            if self._failure is None and self._held is None:
                self._open()
            if self._failure is None and self._held is not None and self._held.code is not None:
                self._failure = self._ended(self._held)
            if self._failure is not None:
                raise self._failure
        return HOST, self._local

    def blamed(self, error: Blind) -> Blind:
        """What to say when no answer came through: the proxy just closes a connection, whatever is wrong beyond it."""
        time.sleep(_LAST_WORDS_SECONDS)
        try:
            self.address()
        except Blind as failure:
            return failure
        said = self._held.said()[1].strip() if self._held else ""
        hint = f" ({said.splitlines()[-1][:200]})" if said else ""
        return Blind(
            f"no answer through {self}{hint}: {str(error).partition('; expected ')[0]}; expected the database's own. "
            f"Whether the database or the tunnel is at fault cannot be told from here. Next: fly status -a {self._app}"
        )

    def end(self) -> None:
        """End it, if it was ever started."""
        with self._lock:
            if self._held is not None:
                self._held.end()

    def _open(self) -> None:
        self._local = _free_port()
        argv = ["fly", "proxy", f"{self._local}:{self._port}", "-a", self._app, "-b", HOST, "-q", "--watch-stdin"]
        environ = clean_environment(self._environ, self._token)
        try:
            # A fly.toml that lies about would be read; in / lies none.
            self._held = command.Held(argv, environ=environ, cwd=Path("/"))
        except Blind as error:
            self._failure = error
            return
        ends_at = time.monotonic() + UP_SECONDS
        while self._held.code is None and time.monotonic() < ends_at:
            if _answers(self._local):
                return
            time.sleep(_KNOCK_SECONDS)
        self._failure = self._ended(self._held) if self._held.code is not None else self._late(self._held)
        self._held.end()

    def _ended(self, held: command.Held) -> Blind:
        stdout, stderr = held.said()
        words = ("fly", "proxy", f"{self._local}:{self._port}", "-a", self._app)
        result = command.CommandResult(words, held.code or 0, stdout, stderr, 0.0)
        if not held.code:
            return Blind(f"{self} ended by itself (exit 0); expected it to run until the last check")
        found = fly_errors.failure(result, self._app, self._token.variable if self._token else "")
        if not isinstance(found, NotAuthorised):
            saw = str(found).partition("; expected ")[0]
            return type(found)(f"{saw}; expected a tunnel to {self._app}. {self._by_hand()}")
        return NotAuthorised(
            f"{str(found).partition('; expected ')[0]}; expected a token that may open a tunnel, which a read-only one "
            f"may not. Next: fly tokens create deploy -a {self._app}, then set database.proxy_token_env"
        )

    def _late(self, held: command.Held) -> Blind:
        said = " ".join(" ".join(held.said()).split())[-200:] or "nothing"
        return NoAnswerInTime(
            f"{self} did not open its port within {UP_SECONDS:g} s and was ended; it had said: {said}. "
            f"{self._by_hand()}"
        )

    def _by_hand(self) -> str:
        token = f"FLY_API_TOKEN=${self._token.variable} " if self._token else ""
        return f"Next: {token}fly proxy {self._port}:{self._port} -a {self._app}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True
