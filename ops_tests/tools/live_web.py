"""What can be seen of an application over HTTP, by a few polite GETs; nothing is ever sent to a webhook."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.clients.certificates import look_at
from ops_tests.clients.web import Web
from ops_tests.errors import Blind
from ops_tests.tools import live_health
from ops_tests.tools.draft import NO_HTTPS, Key, Part, left_out

if TYPE_CHECKING:
    from ops_tests.records.certificates import CertificateAttempt
    from ops_tests.records.web import Answer
    from ops_tests.target import Target

NOWHERE = "/ops-tests-asks-for-a-path-nobody-has"
PAGES = ("/", "/privacy", "/terms")
HEADERS = ("Strict-Transport-Security", "Content-Security-Policy", "X-Content-Type-Options", "X-Frame-Options",
           "Referrer-Policy", "Permissions-Policy")  # fmt: skip
PAUSE_SECONDS = 0.3
LONGEST_VALUE = 300
_PRIVATE = ("authority is not trusted", "self-signed")
"""In the words about a certificate that a private authority may have signed."""


@dataclass(frozen=True)
class Live:
    """What was seen: the parts, what was measured for [limits], and whether anybody answered at all."""

    parts: tuple[Part, ...]
    limits: tuple[Key, ...] = ()
    answered: bool = True


def look(target: Target, authority: Path | None, named: str = "") -> Live:
    """Ask for health, front page and some pages, and look at the certificate.

    Args:
        target: The name and the address.
        authority: A PEM file with a private authority; None for the public ones.
        named: How the target file names that file.
    """
    try:
        health, answers = live_health.look(_asking(target, authority), _get(target, authority, NOWHERE))
    except Blind as error:
        private = authority is None and any(word in str(error) for word in _PRIVATE)
        hint = "If a private authority signs for it, type --authority FILE. " if private else ""
        unseen = left_out("health", f"{hint}Nobody answered: {error}")
        return Live((unseen, *_https(target, authority, named)), answered=False)
    limits = [live_health.limit("health_seconds", [one.seconds for one in answers], "answers")] if answers else []
    parts = (_headers, _pages)
    seen = [part for looked in parts for part in looked(target, authority)]
    return Live((health, *_https(target, authority, named), *seen), tuple(limits))


def _asking(target: Target, authority: Path | None) -> Callable[[str], Answer]:
    return lambda path: _get(target, authority, path)


def _get(target: Target, authority: Path | None, path: str, *, follow: bool = True) -> Answer:
    """One answer on a connection of its own, as the checks make it, after a pause."""
    time.sleep(PAUSE_SECONDS)
    web = Web(target.base_url, authority=authority)
    try:
        return web.get(path, follow=follow)
    finally:
        web.close()


def _https(target: Target, authority: Path | None, named: str) -> list[Part]:
    if not target.speaks_https:
        return [NO_HTTPS]
    why = f"{_certificate(look_at(target.base_url, authority))}. Plain HTTP {_plain(target)}."
    plain_url = Key("plain_url", target.plain_url, seen=False)
    return [Part("https", why, (plain_url, *([Key("authority", named)] if named else ())), seen=bool(named))]


def _certificate(shown: CertificateAttempt) -> str:
    if shown.ends_at:
        return f"Certificate accepted until {shown.ends_at:%Y-%m-%d}"
    if "certificate" in shown.refusal:
        return f"Certificate not accepted: {shown.refusal}"
    return f"No certificate was seen: {shown.host} {shown.refusal}"


def _plain(target: Target) -> str:
    try:
        answer = Web(target.plain_url).get("/", follow=False)
    except Blind as error:
        return f"at {target.plain_url} did not answer: {error}"
    location = answer.headers.get("location", "")
    return f"at {target.plain_url} answered {answer.status}" + (f" and leads to {location}" if location else "")


def _headers(target: Target, authority: Path | None) -> list[Part]:
    try:
        answer = _get(target, authority, "/")
    except Blind as error:
        return [left_out("headers", f"The front page did not answer: {error}")]
    present = [Key(name, _value(answer.headers[name.lower()])) for name in HEADERS if name.lower() in answer.headers]
    absent = [name for name in HEADERS if name.lower() not in answer.headers]
    missing = f" Not there: {', '.join(absent)}." if absent else ""
    if not present:
        return [left_out("headers", f"The front page bears no security header.{missing}")]
    return [Part("headers", f"As the front page bore them on {_today()}.{missing}", tuple(present))]


def _value(text: str) -> str | bool:
    """The value, or true where it is another each time, or too long to be read."""
    steady = "nonce-" not in text and text.strip() and text.isprintable() and text.isascii()
    return text if steady and len(text) <= LONGEST_VALUE else True


def _pages(target: Target, authority: Path | None) -> list[Part]:
    try:
        everything = _get(target, authority, NOWHERE, follow=False).status < 400
        answered = [(path, _get(target, authority, path, follow=False).status) for path in PAGES]
    except Blind as error:
        return [left_out("pages", f"They did not answer: {error}")]
    found = [(path, status) for path, status in answered if 200 <= status < 400]
    if everything:  # then only the front page is known to be one
        found = [(path, status) for path, status in found if path == "/"]
    why = "Every path answers, so only the front page is known." if everything else f"As it answered on {_today()}."
    said = ", ".join(f"{path} {status}" for path, status in answered)
    parts = [Part("pages", why, (Key("path", path), Key("status", status))) for path, status in found]
    return parts or [left_out("pages", f"None of these answered well: {said}.")]


def _today() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d}"
