"""Judging what stands around the application: the redirect to HTTPS, the security headers, the other pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from ops_tests.errors import NotCovered
from ops_tests.records.run import Level
from ops_tests.rules.wording import excerpt

if TYPE_CHECKING:
    from ops_tests.records.web import Answer
    from ops_tests.target_parts import Page

PERMANENT = (301, 308)
WWW_PATH = "/welcome?ops=www"
"""What the www address is asked for, so that a redirect which loses path or query is found."""
WWW_STATUS = 301
_NONCE = re.compile(r"'nonce-[^']+'")
_PORTS = {"http": 80, "https": 443}


def redirect_faults(answer: Answer, base_url: str) -> list[str]:
    """What plain HTTP did instead of leading to the same host's HTTPS for good."""
    location = answer.headers.get("location", "")
    if answer.status not in PERMANENT:
        leading = f" to {excerpt(location)}" if location else ""
        return [f"{answer.url} answered {answer.status}{leading}"]
    if not location:
        return [f"{answer.url} answered {answer.status} without saying where to"]
    return [] if _leads_to(answer, base_url) else [f"{answer.url} leads to {excerpt(location)}"]


def _leads_to(answer: Answer, base_url: str) -> bool:
    try:
        return _origin(urljoin(answer.url, answer.headers["location"])) == _origin(base_url)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port, the default port spelled out."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def www_faults(answer: Answer, base_url: str) -> list[str]:
    """What the www address did instead of leading to the same path and query of the apex with 301."""
    location = answer.headers.get("location", "")
    to = f" to {excerpt(location)}" if location else ""
    leads = location and urljoin(answer.url, location) == f"{base_url}{WWW_PATH}"
    return [] if answer.status == WWW_STATUS and leads else [f"{answer.url} answered {answer.status}{to}"]


def header_faults(answer: Answer, expected: Mapping[str, str | bool]) -> list[str]:
    """Headers that are missing or have another value than expected, each with what was seen.

    Values are compared whole, without regard to case and blanks; ``true`` expects any value. A nonce is another one
    with each answer, so ``'nonce-...'`` stands for any.

    Raises:
        NotCovered: The front page itself did not come, so the headers are somebody else's.
    """
    if answer.redirected_to or answer.status >= 500:
        instead = (
            f"leads to another host, {answer.redirected_to}" if answer.redirected_to else f"answered {answer.status}"
        )
        raise NotCovered(
            f"{answer.url} {instead}; expected the application's own page, whose headers could be judged. "
            f"Next: curl -sS -I --max-time 10 {answer.url}"
        )
    found = {name: answer.headers.get(name.lower(), "") for name in expected}
    missing = [f"{name} is missing" for name, value in found.items() if not value.strip()]
    return missing + [
        f"{name} is {excerpt(value)!r}, expected {expected[name]!r}"
        for name, value in found.items()
        if value.strip() and expected[name] is not True and _plain(value) != _plain(str(expected[name]))
    ]


def _plain(value: str) -> str:
    return _NONCE.sub("'nonce'", "".join(value.lower().split()))


def page_level(page: Page) -> Level | None:
    """L2 where users are stopped without the page; nothing of its own for another."""
    return Level.L2 if page.critical else None


def page_faults(answer: Answer, status: int) -> list[str]:
    """What a page did instead of answering with its status."""
    if answer.status == status:
        return []
    location = answer.headers.get("location", "")
    return [f"{answer.url} answered {answer.status}{f' and leads to {excerpt(location)}' if location else ''}"]
