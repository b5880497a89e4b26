"""Faults of the log: errors in it, what only looks like errors, and too little of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from ops_tests.sandbox.checks_by_need import (
    ACTIVITY,
    LATEST_LOG,
    LOG_EFFECTS,
    NEED_LOG,
    NO_ERRORS,
    QUERIES,
    TOPICS_WELL,
    WEEK,
)
from ops_tests.sandbox.fault import Fault, blind, finding, harmless, note
from ops_tests.sandbox.scenario import Line, Scenario

PRISMA_ERROR = ("Prisma query error P2024: Timed out fetching a new connection from the connection pool. "
                "(Current connection pool timeout: 10, connection limit: 5)")  # fmt: skip
DUMP = (
    "APP/SCOPES_UPDATE: webhook error: Response {",
    "  status: 500,",
    "  statusText: 'Internal Server Error',",
    "  headers: Headers { 'content-type': 'text/plain' },",
    "  body: ReadableStream { locked: false },",
    "  ok: false",
    "}",
    "    at authenticateWebhook (/app/build/server/index.js:412:11)",
)
LOOK_ALIKES = (
    "sync: 5000 items in 12 batches",
    "usage record saved id=429123",
    "cache warmed: took 503ms",
    "POST /webhooks/app/uninstalled 200 - - 500 ms",
    "GET /products/503?status=500&level=error 200 - - 429.1 ms",
    "[remix-serve] http://localhost:5000 (http://172.19.2.10:5000)",
    "connected to 10.0.4.17:5432 in 500 ms",
    "Lieferung über 503 Artikel bestätigt \U0001f4e6",
    "Kunde Nr. 429 grüßt: „alles in Ordnung, kein Fehler“ \U0001f600",
    "Fehlerquote 0,5 %",
    "status: 500 of 1000 done",
    "no errors found",
    "prisma:query SELECT error FROM dead_letters",
    "APP/UNINSTALLED: no HMAC (test request) → respond 200",
    "rejected a test request with 401",
    "Unexpected topic at /webhooks/shop/redact: PRODUCTS_UPDATE",
    "SHOP/REDACT: webhook error: Response {",
    "  status: 401,",
    "  statusText: 'Unauthorized',",
    "  headers: Headers {},",
    "  body: null,",
    "  ok: false",
    "}",
    "POST /webhooks/shop/redact 401 - - 1.204 ms",
)
ODD_BYTES = (
    "GET /app 200 - - 12.1 ms\r\n",
    "worker 3 ready\0\0",
    "\0",
    "sync done\r\n  5000 items\r\n  id=429123\r\n",
    "\x1b[32mGET /app 200 503.2 ms\x1b[0m\r",
    "broken \ufffd character",
)
REPEATED_DELIVERY = (
    "PrismaClientKnownRequestError:",
    "Invalid `prisma.webhook_events.create()` invocation:",
    "Unique constraint failed on the fields: (`id`) {",
    "  code: 'P2002',",
    "  clientVersion: '6.17.1'",
    "}",
)
MEGABYTES = 5
MINUTE, DAY = 60, 86400


def _lines(*messages: str) -> Callable[[Scenario], Scenario]:
    lines = tuple(Line(60 - place * 0.002, message) for place, message in enumerate(messages))
    return lambda scenario: replace(scenario, logs=replace(scenario.logs, lines=(*scenario.logs.lines, *lines)))


def _at(seconds_ago: float, message: str) -> Callable[[Scenario], Scenario]:
    line = Line(seconds_ago, message)
    return lambda scenario: replace(scenario, logs=replace(scenario.logs, lines=(*scenario.logs.lines, line)))


def _both_weeks(scenario: Scenario) -> Scenario:
    before = _at(10 * DAY, PRISMA_ERROR.replace("timeout: 10", "timeout: 30"))(scenario)
    return _at(3 * DAY, PRISMA_ERROR)(before)


def _delivers(what: Literal["nothing", "the old"]) -> Callable[[Scenario], Scenario]:
    return lambda scenario: replace(scenario, logs=replace(scenario.logs, delivers=what))


def _one_huge_line(scenario: Scenario) -> Scenario:
    item = "item 429123 of 5000 took 503ms, "
    return _lines(item * (MEGABYTES * 2**20 // len(item)))(scenario)


def _short_sighted(scenario: Scenario) -> Scenario:
    """So many lines in the last minute that the one page of fly covers 40 s, and no second source that goes back."""
    lines = tuple(Line(60 - place * 0.4, "GET /app 200 - - 11.204 ms") for place in range(150))
    return replace(scenario, logs=replace(scenario.logs, lines=(*scenario.logs.lines, *lines), api="short-sighted"))


FAULTS = (
    Fault("error-in-log", "Prisma reported an error a minute ago",
          finding("L1", NO_ERRORS, QUERIES) + note(WEEK), _lines(PRISMA_ERROR)),
    Fault("error-in-log-500", "a page was answered 503 a minute ago",
          finding("L1", NO_ERRORS) + note(WEEK), _lines("GET /app 503 - - 10002.441 ms")),
    Fault("error-in-log-dump", "a minute ago a webhook failed with a dump over several lines",
          finding("L1", NO_ERRORS, TOPICS_WELL) + note(WEEK), _lines(*DUMP)),
    Fault("logs-empty", "the log delivers nothing at all",
          blind(*NEED_LOG), _delivers("nothing")),
    Fault("logs-old-only", "the log delivers nothing younger than 6 minutes",
          blind(*LATEST_LOG, *LOG_EFFECTS), _delivers("the old")),
    Fault("error-in-log-webhook", "a webhook's work failed a minute ago",
          finding("L1", NO_ERRORS, TOPICS_WELL) + note(WEEK),
          _lines("APP/UNINSTALLED: webhook error: Error: socket hang up")),
    Fault("error-in-log-429", "Shopify limited our rate a minute ago",
          finding("L1", NO_ERRORS) + note(WEEK), _lines("Shopify Admin API: HTTP 429 Too Many Requests")),
    Fault("error-in-log-level", "a minute ago the application wrote a line of level error",
          finding("L1", NO_ERRORS) + note(WEEK),
          _lines("TypeError: Cannot read properties of undefined (reading 'shop')")),
    Fault("logs-short-page", "the log delivers 40 s of the 5 minutes",
          blind(*LATEST_LOG, WEEK), _short_sighted),
    Fault("topic-404", "a delivery of shop/redact was answered 404 a minute ago",
          finding("L1", TOPICS_WELL), _lines("POST /webhooks/shop/redact 404 - - 1.204 ms")),
    Fault("query-error", "8 minutes ago the database client could not reach the database",
          finding("L1", QUERIES) + note(WEEK), _at(8 * MINUTE, "Prisma error P1001: Can't reach database server")),
    harmless("query-repeated-delivery", "a delivery that came twice met its own row", _lines(*REPEATED_DELIVERY)),
    Fault("webhooks-quiet", "no webhook came in the last ten minutes",
          note(ACTIVITY), lambda scenario: replace(scenario, logs=replace(scenario.logs, quiet=True))),
    Fault("error-new-this-week", "three days ago an error was logged that the week before did not have",
          note(WEEK), _at(3 * DAY, PRISMA_ERROR)),
    harmless("error-of-both-weeks", "the same error was logged three and ten days ago, with other numbers",
             _both_weeks),
    harmless("logs-look-alikes", "the log is full of what only looks like errors", _lines(*LOOK_ALIKES)),
    harmless("logs-odd-bytes", "the log bears CR LF, NUL and escape sequences", _lines(*ODD_BYTES)),
    harmless("logs-huge-line", "one line of the log has 5 MB", _one_huge_line),
)  # fmt: skip
