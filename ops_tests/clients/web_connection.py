"""Connections whose socket a deadline can shut.

A read timeout starts anew with every byte, so a server that drips its answer could hold a request open for ever. Here a
thread shuts the socket instead, whatever is being read at that moment: status line, headers or body. It is one thread
for all requests under way, since starting one takes as long as half a request.
"""

from __future__ import annotations

import contextlib
import math
import socket
import ssl
import threading
import time
from functools import cached_property
from http.client import HTTPResponse
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from ops_tests.clients.authorities import trusting

_current = threading.local()


class Deadline:
    """A bound on everything one thread asks for inside the ``with`` block.

    Attributes:
        seconds: How long the block may take.
        ends_at: When it is over, by the monotonic clock; known inside the block.
        passed: Whether the time is over and the socket was shut.
        reused: Whether the request at hand went over a connection that had served before.
        asked_at: When it was handed to the connection, by the performance counter.
        answered_at: When the first byte of its answer was there, by the same clock.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self.reused = False
        self.asked_at = self.answered_at = 0.0
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.ends_at = time.monotonic() + self.seconds
        _current.deadline = self
        _timekeeper.add(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _timekeeper.remove(self)
        _current.deadline = None
        with self._lock:
            self._socket = None

    def left(self) -> float:
        """Seconds until the deadline, never less than a moment, since a timeout of 0 means none."""
        return max(0.001, self.ends_at - time.monotonic())

    def watch(self, connected: socket.socket | None) -> None:
        """Take this socket for the one to shut; shut it at once when the time is already over."""
        with self._lock:
            self._socket = connected
        if self.passed:
            self.shut()

    def shut(self) -> None:
        """Let the time be over: shut the socket that is in use."""
        self.passed = True
        with self._lock:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    # The plain method, since the one of a TLS socket would also take its state from under the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class _Timekeeper:
    """Shuts what passes its deadline, in a thread that ends when it wakes and nothing is under way."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._under_way: set[Deadline] = set()
        self._wakes_at = math.inf
        self._thread: threading.Thread | None = None

    def add(self, deadline: Deadline) -> None:
        """Keep this one, too."""
        with self._changed:
            self._under_way.add(deadline)
            if self._thread is None:
                self._thread = threading.Thread(target=self._keep, name="deadlines", daemon=True)
                self._thread.start()
            elif deadline.ends_at < self._wakes_at:
                self._changed.notify()

    def remove(self, deadline: Deadline) -> None:
        """Its time does not matter any more; the thread is left asleep."""
        with self._changed:
            self._under_way.discard(deadline)

    def _keep(self) -> None:
        with self._changed:
            while self._under_way:
                now = time.monotonic()
                for one in [one for one in self._under_way if one.ends_at <= now]:
                    self._under_way.remove(one)
                    one.shut()
                self._wakes_at = min((one.ends_at for one in self._under_way), default=now)
                self._changed.wait(self._wakes_at - now)
            self._thread = None


_timekeeper = _Timekeeper()


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


class _Response(HTTPResponse):
    """Tells the deadline of its thread when the first byte is there: what reading headers takes is ours."""

    def begin(self) -> None:
        deadline: Deadline | None = getattr(_current, "deadline", None)
        if deadline:
            self.fp.peek(1)
            deadline.answered_at = time.perf_counter()
        super().begin()


class _Watched(HTTPConnection):
    """Tells the deadline of its thread which socket it uses, whether it had been used before, and since when."""

    response_class = _Response
    _served = False

    def connect(self) -> None:
        self._served = False
        super().connect()

    def request(self, *arguments: Any, **named: Any) -> None:
        deadline: Deadline | None = getattr(_current, "deadline", None)
        if deadline:
            deadline.reused, deadline.asked_at = self._served, time.perf_counter()
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
    """A transport of requests whose connections obey a ``Deadline`` and trust one authority, or the public ones."""

    def __init__(self, authority: Path | None) -> None:
        self._authority = authority
        super().__init__()

    @cached_property
    def context(self) -> ssl.SSLContext:
        """Of all its connections.

        Raises:
            Blind: The authority's file cannot be read.
        """
        return trusting(self._authority)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002  # requests' own hook
        """Give a pool our context, in place of files that each of its connections would read."""
        if isinstance(conn, _TlsPool):
            conn.conn_kw["ssl_context"] = self.context

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        """Give the pool our connections."""
        super().init_poolmanager(*arguments, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
