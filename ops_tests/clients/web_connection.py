"""Connections whose socket a deadline can shut.

A read timeout starts anew with every byte, so a server that drips its answer could hold a request open for ever. Here a
timer shuts the socket instead, whatever is being read at that moment: status line, headers or body.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

_current = threading.local()


class Deadline:
    """A bound on everything one thread asks for inside the ``with`` block.

    Attributes:
        seconds: How long the block may take.
        passed: Whether the time is over and the socket was shut.
        reused: Whether the request at hand went over a connection that had served before.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self.reused = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._ends_at = time.monotonic() + self.seconds
        _current.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        _current.deadline = None
        with self._lock:
            self._socket = None

    def left(self) -> float:
        """Seconds until the deadline, never less than a moment, since a timeout of 0 means none."""
        return max(0.001, self._ends_at - time.monotonic())

    def watch(self, connected: socket.socket | None) -> None:
        """Take this socket for the one to shut; shut it at once when the time is already over."""
        with self._lock:
            self._socket = connected
        if self.passed:
            self._shut()

    def _shut(self) -> None:
        self.passed = True
        with self._lock:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    # The plain method, since the one of a TLS socket would also take its state from under the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def opened_in(address: tuple[str, int], seconds: float) -> float:
    """How long a TCP connection to an address takes to open, seconds; looking the name up does not count.

    Raises:
        OSError: It cannot be opened within ``seconds``.
    """
    family, kind, protocol, _, place = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
    with contextlib.closing(socket.socket(family, kind, protocol)) as plain:
        plain.settimeout(seconds)
        started = time.perf_counter()
        plain.connect(place)
        return time.perf_counter() - started


class _Watched(HTTPConnection):
    """Tells the deadline of its thread which socket it uses, and whether it had been used before."""

    _served = False

    def connect(self) -> None:
        self._served = False
        super().connect()

    def request(self, *arguments: Any, **named: Any) -> None:
        deadline: Deadline | None = getattr(_current, "deadline", None)
        if deadline:
            deadline.reused = self._served
        super().request(*arguments, **named)
        self._served = True
        if deadline:
            deadline.watch(self.sock)


class _WatchedTls(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _WatchedTls


class WatchedAdapter(HTTPAdapter):
    """A transport of requests whose connections obey a ``Deadline``."""

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Give the pool our connections."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
