"""Faults of the application: its health path and its webhooks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ops_tests.sandbox.checks_by_need import (
    ACCEPTS,
    ANSWERS,
    CERTIFICATE,
    EFFECT,
    IN_TIME,
    NEED_APPLICATION,
    NO_EFFECT,
    ONCE,
    P95,
    P99,
    PERCENTILES,
    REFUSES_GET,
    REJECTS,
    REPLAYED,
    SAYS_HEALTHY,
    SURVIVE,
    SYNTHETIC,
    TO_HTTPS,
    UNSIGNED,
)
from ops_tests.sandbox.fault import Fault, blind, finding, harmless, note
from ops_tests.sandbox.scenario import PREFIX, Scenario
from ops_tests.sandbox.topics import TOPICS

SCOPES_UPDATE, SHOP_REDACT = "/webhooks/app/scopes_update", "/webhooks/shop/redact"
HTML = (
    "<!doctype html><html><head><title>Application Error</title></head><body><h1>Application Error</h1></body></html>"
)


def _health(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, health=replace(scenario.health, **changes))


def _webhooks(**changes: Any) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, webhooks=replace(scenario.webhooks, **changes))


def _with_our_prefix(scenario: Scenario) -> Scenario:
    shop = f"{PREFIX}-outlet.myshopify.com"
    return replace(scenario, database=replace(scenario.database, sessions=(*scenario.database.sessions, shop)))


ENOUGH_FOR_P99 = 400
"""So many samples that its percentiles are decided; each costs milliseconds, so the others have fewer."""


def _opening_slowly(scenario: Scenario) -> Scenario:
    edge = replace(scenario.edge, opening_seconds=0.3)
    return replace(scenario, edge=edge, samples=ENOUGH_FOR_P99)


def _slow_now_and_then(scenario: Scenario) -> Scenario:
    webhooks = replace(scenario.webhooks, slow=(SCOPES_UPDATE,), slow_seconds=0.6, slow_every=42)
    return replace(scenario, webhooks=webhooks, samples=ENOUGH_FOR_P99)


def _of(check: str, path: str) -> str:
    return check.replace("*", path.removeprefix("/webhooks/"))


def _fails_alone(path: str) -> Fault:
    endpoint = path.removeprefix("/webhooks/")
    return Fault(
        f"webhooks-fail-{endpoint.replace('/', '-').replace('_', '-')}",
        f"{endpoint} answers 500",
        finding("L2", _of(ACCEPTS, path)) + finding("L1", _of(EFFECT, path)),
        _webhooks(failing=(path,)),
    )


FAULTS = (
    Fault("health-500", "health answers 500",
          finding("L3", ANSWERS) + finding("L1", SAYS_HEALTHY),
          _health(status=500, body='{"error":"Internal Server Error"}')),
    Fault("health-slow", "health answers after 1.2 s",
          finding("L1", IN_TIME), _health(delay_seconds=1.2)),
    Fault("health-very-slow", "health answers after 3.5 s",
          finding("L2", IN_TIME), _health(delay_seconds=3.5)),
    Fault("health-degraded", "health answers 200 and says degraded",
          finding("L1", SAYS_HEALTHY), _health(body='{"status":"degraded","service":"timedify"}')),
    Fault("health-html", "health answers 200 with an HTML error page",
          finding("L1", SAYS_HEALTHY), _health(body=HTML, content_type="text/html; charset=utf-8")),
    Fault("health-404", "health answers 404",
          finding("L1", ANSWERS, SAYS_HEALTHY), _health(status=404, body="Not Found", content_type="text/plain")),
    Fault("health-redirect", "health redirects to another host",
          finding("L1", ANSWERS, SAYS_HEALTHY),
          _health(status=302, body="", redirect_to="http://parking.example.invalid/health")),
    Fault("health-empty", "health answers 200 with nothing",
          finding("L1", SAYS_HEALTHY), _health(body="")),
    Fault("health-cut", "health answers 200 and the body ends half-way",
          finding("L1", SAYS_HEALTHY), _health(cut=True)),
    harmless("health-gzip", "health answers compressed", _health(encoding="gzip")),
    Fault("health-gzip-cut", "health answers compressed, and the compressed body ends half-way",
          finding("L1", SAYS_HEALTHY), _health(encoding="gzip, cut")),
    Fault("health-brotli", "health answers in an encoding nobody asked for",
          finding("L1", SAYS_HEALTHY), _health(encoding="br", body="\x0b\x02")),
    Fault("health-endless", "health answers with a body that never ends",
          finding("L1", SAYS_HEALTHY), _health(goes_on="fast")),
    Fault("health-dripping", "health answers with a body that comes byte by byte",
          finding("L1", SAYS_HEALTHY) + finding("L2", IN_TIME), _health(goes_on="slowly")),
    Fault("health-reset", "health resets the connection",
          finding("L3", ANSWERS) + blind(SAYS_HEALTHY, IN_TIME), _health(resets=True)),
    Fault("health-cold-start", "the first request of health waits 1.5 s for a machine to start",
          note(IN_TIME), _health(wakes_after_seconds=1.5)),
    Fault("health-refused", "the application's port refuses connections",
          finding("L3", ANSWERS, CERTIFICATE) + blind(*NEED_APPLICATION),
          lambda scenario: replace(scenario, listens=False)),
    Fault("application-unknown-host", "the name of the application's host does not exist",
          finding("L3", ANSWERS, CERTIFICATE) + blind(*NEED_APPLICATION, TO_HTTPS),
          lambda scenario: replace(scenario, has_a_name=False)),
    Fault("webhooks-swallow", "valid deliveries are answered 200 and forgotten",
          finding("L1", EFFECT, ONCE), _webhooks(swallows=True)),
    Fault("webhooks-accept-forged", "the signature is not looked at",
          finding("L1", REJECTS, NO_EFFECT), _webhooks(accepts_forged=True)),
    Fault("webhooks-fail-one", "app/scopes_update answers 500",
          finding("L2", _of(ACCEPTS, SCOPES_UPDATE)) + finding("L1", _of(EFFECT, SCOPES_UPDATE), ONCE)
          + blind(*PERCENTILES),
          _webhooks(failing=(SCOPES_UPDATE,))),
    *map(_fails_alone, (path for path in TOPICS if path != SCOPES_UPDATE)),
    Fault("webhooks-fail-all", "all six endpoints answer 500",
          finding("L3", ACCEPTS) + finding("L1", EFFECT, ONCE) + blind(*PERCENTILES),
          _webhooks(failing=tuple(TOPICS))),
    Fault("webhooks-secret-differs", "the application verifies with another secret than ours",
          finding("L2", ACCEPTS) + finding("L1", EFFECT, ONCE) + blind(*PERCENTILES),
          _webhooks(verifies_with_another_secret=True)),
    Fault("webhooks-slow", "shop/redact answers after 6 s",
          finding("L2", _of(ACCEPTS, SHOP_REDACT)), _webhooks(slow=(SHOP_REDACT,))),
    Fault("webhooks-slow-on-the-whole", "app/scopes_update answers after 150 ms",
          finding("L1", P95), _webhooks(slow=(SCOPES_UPDATE,), slow_seconds=0.15)),
    Fault("webhooks-slow-now-and-then", "every 42nd delivery to app/scopes_update is answered after 600 ms",
          finding("L1", P99), _slow_now_and_then),
    harmless("webhooks-slow-to-connect", "every connection takes 300 ms to open", _opening_slowly),
    Fault("webhooks-unsigned-status", "unsigned deliveries are answered 500",
          finding("L1", UNSIGNED), _webhooks(unsigned_status=500)),
    Fault("webhooks-answer-get", "a GET of a webhook path is answered 200",
          finding("L1", REFUSES_GET), _webhooks(answers_get=True)),
    Fault("webhooks-record-twice", "each delivery is recorded a second time under another id",
          (*finding("L1", ONCE), *finding("L2", SURVIVE)), _webhooks(records_twice=True)),
    Fault("webhooks-record-other-id", "each delivery is recorded under an id that is not its own",
          (*finding("L1", ONCE), *finding("L2", SURVIVE), *finding("L1", REPLAYED)),
          _webhooks(records_under_another_id=True)),
    Fault("webhooks-forged-effect", "forged and unsigned deliveries are refused, and worked on all the same",
          finding("L1", NO_EFFECT), _webhooks(works_on_forged=True)),
    Fault("session-with-our-prefix", "a real shop bears the synthetic prefix, so nothing may be sent",
          blind(*SYNTHETIC), _with_our_prefix),
)  # fmt: skip
