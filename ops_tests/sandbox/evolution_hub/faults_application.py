"""Faults of the application: health, API, pages, headers, the name with www, and what becomes of its visitors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.evolution_hub import checks_by_need as known
from ops_tests.sandbox.evolution_hub.scenario import CSP, HEADERS, PAGES, Health, Scenario, Visitors
from ops_tests.sandbox.fault import Fault, blind, finding
from ops_tests.sandbox.scenario import WebPage

Change = Callable[[Scenario], Scenario]
STALE_HSTS = "max-age=86400"


def _health(**changes: Any) -> Change:
    return lambda scenario: replace(scenario, health=replace(Health(), **changes))


def _header(name: str, value: str | None) -> Change:
    """The scenario with another value of a header, or without it."""
    others = tuple(pair for pair in HEADERS if pair[0] != name)
    headers = (*others, *([(name, value)] if value is not None else []))
    return lambda scenario: replace(scenario, edge=replace(scenario.edge, headers=headers))


def _page(path: str, status: int) -> Change:
    pages = (*(page for page in PAGES if page.path != path), WebPage(path, status))
    return lambda scenario: replace(scenario, edge=replace(scenario.edge, pages=pages))


def _visitors(**changes: Any) -> Change:
    plan = Visitors(**{"failing_every": 1, **changes})
    return lambda scenario: replace(scenario, visitors=plan)


def _www(habit: Any) -> Change:
    return lambda scenario: replace(scenario, www=habit)


def _slow(seconds: float) -> Change:
    return lambda scenario: replace(scenario, api_seconds=seconds)


FAULTS = (
    Fault("hub-refused", "the port refuses every connection",
          (*finding("L3", known.ANSWERS, known.CERTIFICATE), *blind(*known.NEED_APPLICATION)),
          lambda scenario: replace(scenario, listens=False)),
    Fault("hub-health-degraded", "health answers 200 and says that D1 does not answer",
          finding("L1", known.SAYS_HEALTHY), _health(d1=False)),
    Fault("hub-health-html", "health answers 200 with a page", finding("L1", known.SAYS_HEALTHY),
          _health(body="<!doctype html><html><body>Evolution Hub</body></html>")),
    Fault("hub-health-unsuccessful", "health answers 200 with success false",
          finding("L1", known.SAYS_HEALTHY), _health(success=False)),
    Fault("hub-health-500", "health answers 500: its environment is incomplete",
          (*finding("L3", known.ANSWERS), *finding("L1", known.SAYS_HEALTHY, known.INVOCATIONS)),
          _health(success=False, status=500)),
    Fault("hub-health-slow", "health takes 1.4 s", finding("L1", known.IN_TIME), _health(delay_seconds=1.4)),
    Fault("hub-version-wrong", "production answers as staging",
          finding("L1", known.SAYS_HEALTHY), _health(version="staging")),
    Fault("api-slow", "the API takes 80 ms", finding("L1", known.API), _slow(0.08)),
    Fault("api-slower", "the API takes 200 ms", finding("L1", known.API), _slow(0.2)),
    Fault("www-answers", "the name with www answers itself", finding("L1", known.WWW), _www("answers itself")),
    Fault("www-temporary", "the name with www leads to the other with 302",
          finding("L1", known.WWW), _www("redirects for now")),
    Fault("www-loses-query", "the name with www loses the query", finding("L1", known.WWW), _www("loses the query")),
    Fault("hub-header-missing", "the answers bear no X-Frame-Options",
          finding("L1", known.HEADERS), _header("X-Frame-Options", None)),
    Fault("hub-hsts-short", "Strict-Transport-Security holds for a day", finding("L1", known.HEADERS),
          _header("Strict-Transport-Security", STALE_HSTS)),
    Fault("hub-csp-inline", "Content-Security-Policy lets scripts stand in the page", finding("L1", known.HEADERS),
          _header("Content-Security-Policy", CSP.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"))),
    Fault("hub-page-404", "/pricing answers 404", finding("L1", known.PRICING), _page("/pricing", 404)),
    Fault("hub-page-500", "/welcome answers 500",
          (*finding("L1", known.WELCOME), *blind(known.HEADERS)), _page("/welcome", 500)),
    Fault("api-fails", "the API answers 500", (*finding("L2", known.USAGE), *blind(known.API)),
          lambda scenario: replace(scenario, api_status=500)),
    Fault("invocations-throw", "the Worker throws on every visit", finding("L1", known.INVOCATIONS), _visitors()),
    Fault("invocations-exceed-cpu", "the Worker exceeds its CPU time on every visit", finding("L1", known.INVOCATIONS),
          _visitors(outcome="exceededCpu", status=503)),
    Fault("invocations-exceed-memory", "the Worker exceeds its memory on every visit", finding("L1", known.INVOCATIONS),
          _visitors(outcome="exceededMemory", status=503)),
    Fault("invocations-answer-500", "the Worker answers every visit with 500, and calls it well",
          finding("L1", known.INVOCATIONS),
          _visitors(outcome="ok")),
    Fault("invocations-fail-often", "one visit of four fails",
          finding("L1", known.INVOCATIONS), _visitors(failing_every=4)),
)  # fmt: skip
