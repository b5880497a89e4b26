"""Faults of the application: health, API, pages, headers, the name with www, and what becomes of its visitors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.evolution_hub.scenario import CSP, HEADERS, PAGES, Health, Scenario, Visitors
from ops_tests.sandbox.fault import Fault
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
    Fault("hub-refused", "the port refuses every connection", (), lambda scenario: replace(scenario, listens=False)),
    Fault("hub-health-degraded", "health answers 200 and says that D1 does not answer", (), _health(d1=False)),
    Fault("hub-health-html", "health answers 200 with a page", (),
          _health(body="<!doctype html><html><body>Evolution Hub</body></html>")),
    Fault("hub-health-unsuccessful", "health answers 200 with success false", (), _health(success=False)),
    Fault("hub-health-500", "health answers 500: its environment is incomplete", (),
          _health(success=False, status=500)),
    Fault("hub-health-slow", "health takes 1.4 s", (), _health(delay_seconds=1.4)),
    Fault("hub-version-wrong", "production answers as staging", (), _health(version="staging")),
    Fault("api-slow", "the API takes 80 ms", (), _slow(0.08)),
    Fault("api-slower", "the API takes 200 ms", (), _slow(0.2)),
    Fault("www-answers", "the name with www answers itself", (), _www("answers itself")),
    Fault("www-temporary", "the name with www leads to the other with 302", (), _www("redirects for now")),
    Fault("www-loses-query", "the name with www loses the query", (), _www("loses the query")),
    Fault("hub-header-missing", "the answers bear no X-Frame-Options", (), _header("X-Frame-Options", None)),
    Fault("hub-hsts-short", "Strict-Transport-Security holds for a day", (),
          _header("Strict-Transport-Security", STALE_HSTS)),
    Fault("hub-csp-inline", "Content-Security-Policy lets scripts stand in the page", (),
          _header("Content-Security-Policy", CSP.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'"))),
    Fault("hub-page-404", "/pricing answers 404", (), _page("/pricing", 404)),
    Fault("hub-page-500", "/welcome answers 500", (), _page("/welcome", 500)),
    Fault("invocations-throw", "the Worker throws on every visit", (), _visitors()),
    Fault("invocations-exceed-cpu", "the Worker exceeds its CPU time on every visit", (),
          _visitors(outcome="exceededCpu", status=503)),
    Fault("invocations-exceed-memory", "the Worker exceeds its memory on every visit", (),
          _visitors(outcome="exceededMemory", status=503)),
    Fault("invocations-answer-500", "the Worker answers every visit with 500, and calls it well", (),
          _visitors(outcome="ok")),
    Fault("invocations-fail-often", "one visit of four fails", (), _visitors(failing_every=4)),
)  # fmt: skip
