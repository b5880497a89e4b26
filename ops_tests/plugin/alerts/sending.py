"""The door to Apprise: one letter, one route, a time limit.

Apprise is imported only when there is something to send.
"""

from __future__ import annotations

import logging
import threading
import warnings
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotYet
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from ops_tests.clients.unlogged import unlogged
from ops_tests.records.alerts import Answer, Letter
from ops_tests.rules.retry_after import not_before

if TYPE_CHECKING:
    from ops_tests.target import Secret

LIMIT_SECONDS = 10.0
"""A route that has not answered by then has failed; its thread is left behind, since nobody can end it."""
_ANSWERS_WITH_FIELDS = ("json://", "jsons://", "form://", "forms://", "xml://", "xmls://")


def send(url: Secret, letter: Letter) -> Answer:
    """Send a letter and say what came of it, without the URL.

    Args:
        url: The route's Apprise URL.
        letter: What to send.
    """
    ended: Future[Answer] = Future()
    threading.Thread(target=_attempt, args=(url, letter, ended), name=f"tell {url.variable}", daemon=True).start()
    try:
        return ended.result(LIMIT_SECONDS)
    except NotYet:
        return Answer(f"no answer within {LIMIT_SECONDS:g} s")


def _attempt(url: Secret, letter: Letter, ended: Future[Answer]) -> None:
    try:
        ended.set_result(_through_apprise(url, letter))
    except Exception as error:  # noqa: BLE001  # a service's plugin may raise anything, and may quote the URL
        ended.set_result(Answer(f"{type(error).__name__} while it was sent"))


def _through_apprise(url: Secret, letter: Letter) -> Answer:
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # its own, on what Python will drop
        from apprise import Apprise, AppriseAsset, NotifyType

    _listen()
    heard = _Heard(threading.get_ident())
    asset = AppriseAsset(app_id="ops-tests", app_desc="operational checks", app_url="")
    with heard, unlogged():
        service = Apprise.instantiate(addressed(url.reveal(), letter), asset=asset)
        if service is None:
            return Answer(f"{url.variable} is no URL that Apprise knows: a wrong scheme or a part too few; correct it")
        worse = NotifyType.WARNING if letter.level in {"L1", "blind"} else NotifyType.FAILURE
        kind = NotifyType.SUCCESS if letter.ends else worse
        if letter.word == "test":
            kind = NotifyType.INFO
        done = service.notify(body=letter.body, title=letter.title, notify_type=kind)
    return Answer() if done else _refused(heard.said)


def _refused(said: str) -> Answer:
    """Why a letter was refused, with the time the service named for the next one."""
    free_at = not_before(getattr(_ANSWERED, "retry_after", ""), datetime.now(UTC))
    why = said or "the service refused it and Apprise does not say why"
    return Answer(f"{why} It asks to be left until {free_at:%Y-%m-%d %H:%M:%S} UTC" if free_at else why, free_at)


def addressed(url: str, letter: Letter) -> str:
    """The URL with what lets a service join the messages of one trouble, where Apprise can pass such a thing on."""
    scheme = url.lower()
    if scheme.startswith("pagerduty://"):
        fields = {"action": "map", "dedup": letter.dedup_key}
    elif scheme.startswith(_ANSWERS_WITH_FIELDS):
        status = "test" if letter.word == "test" else "resolved" if letter.ends else "firing"
        fields = {
            ":dedup_key": letter.dedup_key, ":status": status, ":level": letter.level, ":target": letter.target,
        }  # fmt: skip
    else:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(fields)}"


_ANSWERED = threading.local()
"""``retry_after``: that header of the newest refusal that a thread was answered."""


@cache
def _listen() -> None:
    """Note when a service wants to be asked again: Apprise has its answer from requests, and keeps no header of it."""
    from requests import Session

    plain = Session.send

    def listening(self: Session, *arguments: Any, **named: Any) -> Any:
        response = plain(self, *arguments, **named)
        _ANSWERED.retry_after = "" if response.ok else response.headers.get("Retry-After", "")
        return response

    Session.send = listening  # type: ignore[method-assign]


class _Heard(logging.Handler):
    """Keeps the newest warning that Apprise logs in one thread: the only place where it says why."""

    def __init__(self, thread: int) -> None:
        super().__init__(logging.WARNING)
        self._thread = thread
        self._log = logging.getLogger("apprise")
        self.said = ""

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self.said = " ".join(record.getMessage().split())[:200]

    def __enter__(self) -> None:
        self._log.propagate = False  # else it is printed a second time, past the redactor
        self._log.addHandler(self)

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self)
