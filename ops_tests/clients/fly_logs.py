"""Fly.io's HTTP logs API, which pages: the way to read a whole window."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from ops_tests.clients import fly_fields, fly_json
from ops_tests.clients.fly_token import authorization
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.repeating import at_their_pace
from ops_tests.clients.web import MIB, Web
from ops_tests.clients.web import worst_seconds as worst_request
from ops_tests.errors import Blind, NotAuthorised, NotFound, RateLimited, Unparsable, Unreachable
from ops_tests.records.logs import LogLine, LogWindow

if TYPE_CHECKING:
    from ops_tests.records.web import Answer
    from ops_tests.target import Secret

SOURCE = "logs API"
PAGE_CAP = 200
PAGE_LINES = 100
"""What the API puts on a page; one as full as that is not the last (https://fly.io/docs/monitoring/logs-api-options/)."""
READ_SECONDS = 20.0
_PAGE_SECONDS = 10.0
_OUT_OF_ORDER = timedelta(minutes=1)
"""How much earlier than the line before a line may be, since several machines write: a guess on the safe side."""


def worst_seconds() -> float:
    """The longest a reading takes: a last page may be asked for just before its time is over."""
    return READ_SECONDS + worst_request(_PAGE_SECONDS)


def read(
    app: str, token: Secret, api_url: str, since: datetime, until: datetime | None = None, remark: Remark = unheard
) -> LogWindow:
    """Read the lines of one stretch of time.

    Args:
        app: The app's name.
        token: A token that may read the app.
        api_url: Scheme and host of the API.
        since: Start of the stretch; lines as old as it are included.
        until: End of the stretch; None for everything there is.
        remark: Told when a page was asked for again.

    Returns:
        The lines, sorted, each once. Not complete when 200 pages or 20 s did not suffice.

    Raises:
        Blind: The token was refused, the app is unknown or hidden from it, the API limited our rate, gave no answer or
            a server's error, or answered something undocumented: each as its own class of ``errors``.
    """
    with closing(Pages(app, token, api_url, remark)) as pages:
        return stretch(pages, since, until)


def stretch(pages: Pages, since: datetime, until: datetime | None = None) -> LogWindow:
    """As ``read``, over a connection that is open already, for whoever reads several stretches."""
    lines, complete = _collected(pages, since, until)
    now = datetime.now(UTC)
    kept = (line for line in dict.fromkeys(lines) if since <= line.timestamp <= (until or line.timestamp))
    ordered = sorted(kept, key=lambda line: line.timestamp)  # stable: lines of one moment stay as they were written
    return LogWindow(since, until or now, tuple(ordered), complete, SOURCE)


def next_page(app: str, token: Secret, api_url: str, since: datetime, remark: Remark = unheard) -> LogWindow:
    """Read on in a log that is followed: the lines of one page, and so one request.

    Args:
        app: The app's name.
        token: A token that may read the app.
        api_url: Scheme and host of the API.
        since: Where to go on; lines as old as it are included.
        remark: Told when the page was asked for again.

    Returns:
        The lines, sorted, each once, always complete: of a full page, which more may follow, it ends with the newest.

    Raises:
        Blind: As ``read``.
    """
    with closing(Pages(app, token, api_url, remark)) as pages:
        page, _following = pages.after(_nanoseconds(since), READ_SECONDS)
    lines = sorted((line for line in dict.fromkeys(page) if line.timestamp >= since), key=lambda line: line.timestamp)
    full = len(page) >= PAGE_LINES and lines
    until = max(lines[-1].timestamp, since + timedelta(microseconds=1)) if full else datetime.now(UTC)
    return LogWindow(since, until, tuple(lines), True, SOURCE)


def _collected(pages: Pages, since: datetime, until: datetime | None) -> tuple[list[LogLine], bool]:
    lines: list[LogLine] = []
    place, ends_at, began = _nanoseconds(since), time.monotonic() + READ_SECONDS, datetime.now(UTC)
    for _ in range(PAGE_CAP):
        page, following = pages.after(place, ends_at - time.monotonic(), until)
        lines += page
        beyond = until is not None and any(line.timestamp > until for line in page)
        # What comes in faster than pages do has no empty page; a full one may be of the past, by a clock that lags.
        caught_up = len(page) < PAGE_LINES and any(line.timestamp > began for line in page)
        if not page or beyond or caught_up:
            return lines, True
        if following in {"", place}:
            return lines, len(page) < PAGE_LINES
        if time.monotonic() > ends_at:
            break
        place = following
    return lines, False


class Pages:
    """The pages of one app's log, over one connection, until it is closed.

    Args:
        app: The app's name.
        token: A token that may read the app.
        api_url: Scheme and host of the API.
        remark: Told when a page was asked for again.
    """

    def __init__(self, app: str, token: Secret, api_url: str, remark: Remark) -> None:
        self._app = app
        self._token = token
        self._remark = remark
        self._web = Web(api_url, remark=remark, seconds=_PAGE_SECONDS, body_limit=8 * MIB)
        self.close = self._web.close

    def after(self, place: str, seconds: float, until: datetime | None = None) -> tuple[list[LogLine], str]:
        """The lines from a place on (nanoseconds since 1970, or what the last page named), and the next place.

        What comes after the first line that is later than ``until`` by a minute is left out.
        """
        path = f"/api/v1/apps/{quote(self._app, safe='')}/logs?next_token={quote(place, safe='')}"
        answer = at_their_pace(lambda _left: self._answered(path), SOURCE, self._remark, seconds)
        document = _document(answer)
        data, meta = document.get("data"), document.get("meta")
        if not isinstance(data, list):
            raise Unparsable(f'{SOURCE}: the answer has no list "data"; expected one. Next: fly logs -a {self._app}')
        lines: list[LogLine] = []
        for item in data:
            lines.append(fly_json.log_line(_attributes(item), SOURCE))
            if until is not None and lines[-1].timestamp > until + _OUT_OF_ORDER:
                break
        following = fly_fields.folded(meta).get("nexttoken") if isinstance(meta, dict) else ""
        return lines, str(following or "")

    def _answered(self, path: str) -> Answer:
        answer = self._web.get(path, {"Authorization": authorization(self._token)})
        if answer.status != 200:
            raise self._refusal(answer)
        return answer

    def _refusal(self, answer: Answer) -> Blind:
        seen = f"{SOURCE} answered {answer.status} for {self._app}"
        if answer.status in {401, 403}:
            return NotAuthorised(
                f"{seen}; expected a token that may read the app's log. Next: fly tokens create readonly -o ORG, "
                f"then set {self._token.variable}"
            )
        if answer.status == 404:
            return NotFound(
                f'{seen}; expected an app named "{self._app}" (or the token in {self._token.variable} may not see it). '
                "Look at platform.app in the target file"
            )
        if answer.status == 429:
            return RateLimited(f"{seen}; expected lines. Wait a minute; does something else read this log in a loop?")
        if answer.status >= 500:
            return Unreachable(f"{seen}; expected lines. Next: https://status.flyio.net")
        return Unparsable(f"{seen}{_pointing(answer)}; expected lines. Is FLY_API_BASE_URL right?")


def _document(answer: Answer) -> Mapping[str, Any]:
    if answer.damage:
        raise Unparsable(f"{SOURCE}: the answer is {answer.damage}; expected a whole page. Try again")
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Unparsable(f"{SOURCE}: the answer is not a JSON object; expected one. Is FLY_API_BASE_URL right?")
    return fly_fields.folded(document)


def _attributes(item: Any) -> Mapping[str, Any]:
    attributes = fly_fields.folded(item).get("attributes") if isinstance(item, dict) else None
    return attributes if isinstance(attributes, dict) else {}


def _nanoseconds(moment: datetime) -> str:
    past = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return str(((past.days * 86400 + past.seconds) * 10**6 + past.microseconds) * 1000)


def _pointing(answer: Answer) -> str:
    return f" and points to {answer.redirected_to}" if answer.redirected_to else ""
