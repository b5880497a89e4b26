"""HTTP as a user of the target sees it: one request, one record, bounded in time and size."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import urllib3.exceptions

from ops_tests import USER_AGENT
from ops_tests.clients import web_errors
from ops_tests.clients.names import LOOKUP_SECONDS
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.web_body import read_body
from ops_tests.clients.web_connection import Deadline, WatchedAdapter, opened_in
from ops_tests.errors import Blind, Unreachable
from ops_tests.limits import LONGEST_SECONDS
from ops_tests.records.web import Answer

CONNECT_SECONDS = 5.0
ADDRESSES = 2
"""How many addresses of a name are counted on in the worst time: one of each version of IP."""
CONNECTIONS = 3
"""How many are opened to learn how far away a host is."""
MAX_REDIRECTS = 5
MIB = 2**20
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class _Request:
    method: str
    url: str
    body: bytes
    headers: Mapping[str, str]


def worst_seconds(seconds: float = LONGEST_SECONDS) -> float:
    """The longest a request of that time takes: only a connection attempt, begun in time, can outlast it."""
    return seconds + LOOKUP_SECONDS + ADDRESSES * CONNECT_SECONDS


class Web:
    """Asks one host.

    No cookie is kept, no proxy and no ``.netrc`` of this machine is used, nothing is decoded behind our back.

    Args:
        base_url: Scheme and host, without a path.
        remark: Told when a request was repeated.
        seconds: The time of a whole request: connecting, redirects and body together. A connection attempt takes at
            most 5 s for each address the name has.
        body_limit: How many bytes of a body are read, before and after decompression.
        authority: A PEM file with the only authority to trust; None for the public ones.

    Raises:
        Blind: The authority's file cannot be read.
    """

    def __init__(
        self,
        base_url: str,
        *,
        remark: Remark = unheard,
        seconds: float = LONGEST_SECONDS,
        body_limit: int = MIB,
        authority: Path | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._remark = remark
        self._seconds = seconds
        self._body_limit = body_limit
        self._authority = authority
        transport = WatchedAdapter(authority)
        if authority or self._base_url.startswith("https:"):
            # A file that cannot be read would look like a host that cannot be trusted, and its reading like slowness.
            _ = transport.context
        self._session = _session(transport)

    def get(self, path: str, headers: Mapping[str, str] | None = None, *, follow: bool = True) -> Answer:
        """Ask with GET and follow up to 5 redirects on the same host, or none.

        A reset connection is repeated once. ``first_byte_seconds`` and ``seconds`` count from the first sending, with
        the connection's own setup, redirects and repetition; on a warm connection what we ourselves take to prepare a
        request, most of a millisecond, is in neither.

        Returns:
            The last answer. A redirect to another host is not followed but named in ``redirected_to``.

        Raises:
            Unreachable: No status line came.
        """
        request = _Request("GET", self._base_url + path, b"", headers or {})
        with Deadline(self._seconds) as deadline:
            started, sent_at = time.perf_counter(), datetime.now(UTC)
            answer = self._asked(request, deadline, started, repeat=True)
            if not follow:
                return answer
            for _ in range(MAX_REDIRECTS):
                where = _redirect(answer)
                if not where:
                    return replace(answer, sent_at=sent_at)
                if not _same_host(request.url, where):
                    return replace(answer, sent_at=sent_at, redirected_to=where)
                answer = self._asked(replace(request, url=where), deadline, started, repeat=True)
        damage = f"still redirecting after {MAX_REDIRECTS} redirects" if _redirect(answer) else answer.damage
        return replace(answer, sent_at=sent_at, damage=damage)

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Send exactly these bytes and return the answer as it is, redirect or not.

        It is repeated only when a connection kept from an earlier request turned out to be closed: that says nothing
        about this request (RFC 9112, section 9.3.1).

        Raises:
            Unreachable: No status line came.
        """
        request = _Request(method, self._base_url + path, body, headers)
        with Deadline(self._seconds) as deadline:
            return self._asked(request, deadline, time.perf_counter(), repeat=False)

    def warm(self, path: str = "/") -> None:
        """Open the connection with a GET of ``path``, so that the next request is measured on a warm one.

        Whatever it answers is of no interest; the health path is a good choice, since it logs and costs least.

        Raises:
            Unreachable: No status line came.
        """
        self.send("GET", path, b"", {})

    def connecting_seconds(self) -> float:
        """What opening a TCP connection to the host takes: the way there and back, without the name and without TLS.

        It is the least of three, since a lost packet makes one take a second longer.

        Raises:
            Unreachable: None could be opened.
        """
        parts = urlsplit(self._base_url)
        address = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 0))
        try:
            return min(opened_in(address, CONNECT_SECONDS) for _ in range(CONNECTIONS))
        except OSError as error:
            reason = web_errors.reason(error, CONNECT_SECONDS, self._seconds)
            raise Unreachable(self._sentence(_Request("GET", self._base_url, b"", {}), reason)) from None

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _asked(self, request: _Request, deadline: Deadline, started: float, *, repeat: bool) -> Answer:
        try:
            return self._exchanged(request, deadline, started)
        except _Failed as failed:
            if not (failed.reset and (repeat or deadline.reused)):
                raise Unreachable(self._sentence(request, failed.reason)) from None
            self._remark(f"{request.method} {request.url}: the connection was reset; asked again at once")
        try:
            return self._exchanged(request, deadline, started)
        except _Failed as failed:
            raise Unreachable(self._sentence(request, failed.reason)) from None

    def _exchanged(self, request: _Request, deadline: Deadline, started: float) -> Answer:
        began = time.perf_counter()
        prepared, sent_at = self._prepared(request), datetime.now(UTC)
        timeout = (min(CONNECT_SECONDS, deadline.left()), deadline.left())
        try:
            # Not Session.send: it would read a redirect's whole body and stumble over a Location that is no address.
            response = self._session.get_adapter(request.url).send(prepared, stream=True, timeout=timeout)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            raise _Failed(error, deadline) from None
        preparing = deadline.asked_at - began if deadline.reused else 0.0  # else it holds the connection's setup
        first_byte = deadline.answered_at - started - preparing
        body, damage = read_body(response, self._body_limit, deadline)
        headers = {name.lower(): value for name, value in response.headers.items()}
        seconds = time.perf_counter() - started - preparing
        return Answer(
            response.url, response.status_code, headers, body, sent_at, first_byte, seconds,
            damage=damage, warm=deadline.reused,
        )  # fmt: skip

    def _prepared(self, request: _Request) -> requests.PreparedRequest:
        plain = requests.Request(request.method, request.url, headers=dict(request.headers), data=request.body or None)
        try:
            return self._session.prepare_request(plain)
        except (requests.RequestException, ValueError) as error:
            # The library's own text would repeat the header's value, which may be a token.
            raise Blind(
                f"{request.method} {request.url} cannot be sent ({type(error).__name__}); expected an address and "
                "headers without line breaks or blanks around them: look at base_url and at the token's variable"
            ) from None

    def _sentence(self, request: _Request, reason: str) -> str:
        parts = urlsplit(request.url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
        return (
            f"{parts.hostname}:{port} {reason}; expected an answer to {request.method} {parts.path or '/'}. "
            f"Next: curl -v --max-time {self._seconds:g}{f' --cacert {self._authority}' if self._authority else ''} "
            f"{parts.scheme}://{parts.netloc}{parts.path}"
        )


class _Failed(Exception):
    """No status line came: why, and whether the connection was reset."""

    def __init__(self, error: BaseException, deadline: Deadline) -> None:
        super().__init__()
        words = web_errors.reason(error, CONNECT_SECONDS, deadline.seconds)
        self.reason = web_errors.late(deadline.seconds) if deadline.passed else words
        self.reset = not deadline.passed and web_errors.is_reset(error)


def _session(transport: WatchedAdapter) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"})
    session.mount("http://", transport)
    session.mount("https://", transport)
    return session


def _redirect(answer: Answer) -> str:
    """The address an answer points to, or ""."""
    location = answer.headers.get("location", "")
    if answer.status not in {301, 302, 303, 307, 308} or not location:
        return ""
    try:
        return urljoin(answer.url, location)
    except ValueError:
        return location


def _same_host(one: str, other: str) -> bool:
    try:
        return _host(urlsplit(one)) == _host(urlsplit(other))
    except ValueError:
        return False


def _host(parts: SplitResult) -> tuple[str | None, int | None]:
    """Host and port, where the default ports of http and https count as one: a redirect to HTTPS stays on the host."""
    port = None if parts.port == _PORTS.get(parts.scheme) else parts.port
    return (parts.hostname if parts.scheme in _PORTS else None), port
