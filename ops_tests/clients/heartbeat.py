"""A dead man's switch that speaks healthchecks.io's convention (https://healthchecks.io/docs/http_api/).

The service misses us when we are silent: ``URL/start`` when a run begins, ``URL`` when all held, ``URL/fail`` when not,
each with ``rid``, so that it can tell how long the run took.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Literal
from urllib.parse import SplitResult, urlsplit, urlunsplit

from ops_tests.clients.unlogged import unlogged
from ops_tests.clients.web import Web
from ops_tests.errors import Unparsable

if TYPE_CHECKING:
    from ops_tests.target import Secret

SECONDS = 5.0
LONGEST_BODY = 10_000
"""Bytes that are kept of a body (healthchecks.io keeps 100 kB, others less)."""
Event = Literal["start", "success", "fail"]
_ENDINGS: dict[Event, str] = {"start": "/start", "success": "", "fail": "/fail"}


def beat(url: Secret, event: Event, run_id: str, said: str = "") -> None:
    """Tell one event.

    Args:
        url: The switch's address; whoever knows it can silence the switch, so it reaches no message.
        event: What happened.
        run_id: The same for the start and the end of a run.
        said: What stands in the body.

    Raises:
        Blind: The service was not reached within 5 s, or did not take it.
    """
    parts = _parts(url)
    rid = f"rid={uuid.uuid5(uuid.NAMESPACE_OID, run_id)}"
    path = parts.path.rstrip("/") + _ENDINGS[event]
    query = "&".join(filter(None, (parts.query, rid)))
    web = Web(urlunsplit((parts.scheme, parts.netloc, "", "", "")), seconds=SECONDS)
    where = urlunsplit(("", "", path or "/", query, ""))
    with unlogged():
        answer = web.send("POST", where, said.encode()[:LONGEST_BODY], {"Content-Type": "text/plain; charset=utf-8"})
    if not 200 <= answer.status < 300:
        raise Unparsable(f"the address in {url.variable} answered {answer.status}; expected 200: is it still in use?")


def _parts(url: Secret) -> SplitResult:
    try:
        parts = urlsplit(url.reveal())
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        sound = False
    if not sound:
        raise Unparsable(f"{url.variable} is no address like https://hc-ping.com/0d6e...; correct it")
    return parts
