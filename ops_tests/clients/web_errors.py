"""Why nobody answered, in words."""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator

import urllib3.exceptions

from ops_tests.clients import tls_errors


def reason(error: BaseException, connect_seconds: float, seconds: float) -> str:
    """Say why a request got no status line; the sentence goes on after ``host:port``.

    Args:
        error: What the library raised; the cause is looked for inside it.
        connect_seconds: The connect timeout, for the sentence.
        seconds: The whole request's time, for the sentence.
    """
    for inner in _unwrapped(error):
        words = _plain(inner, connect_seconds, seconds)
        if words:
            return words
    return f"failed in an unknown way ({type(error).__name__})"


def late(seconds: float) -> str:
    """The words for a server that lets us wait, whoever noticed it first: the read timeout or the deadline."""
    return f"accepted the connection and sent no whole answer within {seconds:g} s"


def is_reset(error: BaseException) -> bool:
    """Whether an established connection was closed or reset before a status line came."""
    kinds = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError, http.client.RemoteDisconnected)
    return any(isinstance(inner, kinds) for inner in _unwrapped(error))


def _unwrapped(error: BaseException) -> Iterator[BaseException]:
    """The innermost causes first: they are wrapped three deep, in ``args``, ``reason`` and ``__cause__``."""
    seen: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        inner = waiting.pop(0)
        if isinstance(inner, BaseException) and not any(inner is other for other in seen):
            seen.append(inner)
            waiting += [*inner.args, getattr(inner, "reason", None), inner.__cause__, inner.__context__]
    return reversed(seen)


def _plain(error: BaseException, connect_seconds: float, seconds: float) -> str:
    """The words for one kind of error, or "" for a wrapper that says nothing by itself."""
    table: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], str], ...] = (
        (ConnectionRefusedError, "refused the connection"),
        (http.client.RemoteDisconnected, "closed the connection without an answer"),
        ((ConnectionResetError, ConnectionAbortedError, BrokenPipeError), "reset the connection"),
        ((socket.gaierror, urllib3.exceptions.NameResolutionError), "has a name that DNS does not resolve"),
        (urllib3.exceptions.ConnectTimeoutError, f"did not accept a connection within {connect_seconds:g} s"),
        (urllib3.exceptions.ReadTimeoutError, late(seconds)),
        (http.client.HTTPException, "answered something that is not HTTP"),
    )
    if isinstance(error, ssl.SSLError):
        return tls_errors.reason(error)
    if isinstance(error, OSError) and error.errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        return "cannot be routed to from here"
    return next((words for kinds, words in table if isinstance(error, kinds)), "")
