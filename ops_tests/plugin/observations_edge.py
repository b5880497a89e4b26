"""What stands around the application: its certificate, plain HTTP, its front page's headers, its other pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ops_tests.errors import Blind, NoAnswerInTime, Unreachable
from ops_tests.plugin.applicable import NEEDS
from ops_tests.plugin.gather import observation
from ops_tests.plugin.lanes import in_lanes
from ops_tests.plugin.observations import confirm_network

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.plugin.options import Settings
    from ops_tests.records.certificates import CertificateAttempt
    from ops_tests.records.web import Answer
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint, Page

FRONT_PAGE = "/"
CERTIFICATES_SECONDS = 30.0
"""How long handshakes may go on to begin, one after the other."""
PAGES_SECONDS = 60.0
"""How long pages may go on to be asked for, some at a time."""


@observation()
def certificates(look: Look) -> tuple[CertificateAttempt, ...]:
    """For each host the certificate of a verified handshake, or why none was accepted."""
    from ops_tests.clients.budget import Budget
    from ops_tests.clients.certificates import look_at

    also = look.target.https.also if look.target.https else ()
    seen, budget = [], Budget(CERTIFICATES_SECONDS)
    for url in (look.target.base_url, *(f"https://{host}" for host in also)):
        budget.demand(f"the certificate of {url}")
        seen.append(look_at(url, look.target.authority))
    if any(one.ends_at is None for one in seen):
        confirm_network(look)
    return tuple(seen)


@observation("https.www_url")
def www_answer(look: Look) -> Answer:
    """The answer of the www address to a path with a query, not followed."""
    from ops_tests.clients.web import Web
    from ops_tests.rules import edge

    address = (look.target.https and look.target.https.www_url) or ""
    return Web(address, remark=look.remarks.append, authority=look.target.authority).get(edge.WWW_PATH, follow=False)


@observation()
def plain_http_answer(look: Look) -> Answer:
    """The answer of plain HTTP at the health path, not followed."""
    from ops_tests.clients.web import Web

    return Web(look.target.plain_url, remark=look.remarks.append).get(look.target.health.path, follow=False)


def _speaks_https(target: Target, _endpoint: Endpoint | None, _settings: Settings) -> str:
    return "" if target.speaks_https else f"base_url is {target.base_url}, so there is no TLS"


NEEDS["certificates"] = NEEDS["plain_http_answer"] = _speaks_https


@observation("headers")
def front_page(look: Look) -> Answer:
    """The front page, redirects on the same host followed: what a browser gets."""
    return look.web.get(FRONT_PAGE)


@dataclass(frozen=True)
class _Pages:
    answered: dict[str, Answer]
    unanswered: dict[str, Blind]


@observation("pages")
def page_answers(look: Look) -> _Pages:
    """Each page's own answer, no redirect followed."""
    from ops_tests.clients.budget import Budget

    seen, budget, web = _Pages({}, {}), Budget(PAGES_SECONDS), look.web

    def ask(page: Page) -> None:
        try:
            budget.demand(page.path)
            seen.answered[page.path] = web.get(page.path, follow=False)
        except (Unreachable, NoAnswerInTime) as error:
            seen.unanswered[page.path] = error

    in_lanes(ask, look.target.pages or ())
    return seen


@pytest.fixture
def page_answer(page_answers: _Pages, page: Page) -> Answer:
    """The answer of the page under check."""
    if page.path in page_answers.unanswered:
        raise page_answers.unanswered[page.path]
    return page_answers.answered[page.path]
