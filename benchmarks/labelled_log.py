"""A log in which every event bears a label, by how it was made: errors in every shape, and all that looks like one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MEGABYTES_5 = "item 429123 of 5000 took 503ms, " * (5 * 2**20 // 32)
ERRORS = (
    # webhook error
    "APP/UNINSTALLED: webhook error: Error: connect ECONNREFUSED 10.0.0.<n>:5432",
    "APP_SUBSCRIPTIONS/UPDATE: webhook error: TypeError: Cannot read properties of undefined (reading 'name')",
    "SHOP/REDACT: webhook error: Response {\n  status: 404,\n  statusText: 'Not Found',\n  url: ''\n}",
    "CUSTOMERS/REDACT: webhook error: Response {\n  [Symbol(state)]: {\n    status: <5xx>,\n  }\n}",
    "CUSTOMERS/DATA_REQUEST: webhook error: Error: Zeitüberschreitung beim Schreiben 🚨",
    "\x1b[31mSHOP/REDACT: webhook\x1b[0m \x1b[1merror\x1b[0m: boom <n>\r",
    "APP/SCOPES_UPDATE: web\0hook er\0ror: Error: boom",
    # Prisma
    (
        "PrismaClientKnownRequestError: \nInvalid `prisma.session.findUnique()` invocation:\n\n\nTimed out fetching a "
        "new connection from the connection pool. P2024\n    at async handler (file:///app/build/server.js:<n>:17)"
    ),
    "PrismaClientInitializationError: Can't reach database server at `db<n>.internal:5432`",
    "prisma:error Invalid `prisma.session.findMany()` invocation",
    "Prisma Client error: P1001",
    # statuses
    "GET /app 429 - - <n>.211 ms",
    "Shopify Admin API: HTTP 429",
    "429 Too Many Requests, <n> left",
    "graphql request failed with status code 429",
    "POST /webhooks/app/uninstalled <5xx> - - <n>.1 ms",
    "GET /app?id=<id> -> <5xx>",
    "GET /app → <5xx> in <n> ms",
    "\x1b[0mPOST /app \x1b[31m<5xx>\x1b[0m 3.2 ms - 12\x1b[0m",
    '10.0.0.1 - - [20/Aug/2026:10:11:12 +0000] "GET /app HTTP/1.1" <5xx> 157 "-" "curl/8"',
    "status=<5xx> path=/app",
    '{"level":"info","res":{"statusCode": <5xx>},"responseTime":<n>}',
    '{\n  "path": "/app",\n  "status": <5xx>\n}',
    "upstream responded with <5xx>",
    "Bad answer: 504 Gateway Timeout",
    "Antwort der Schnittstelle für Händler <n>: Status <5xx> 😱",
    # level
    "[error] cannot read the configuration",
    'level=error msg="queue <n> is full"',
    '{"severity":"CRITICAL","message":"disk full"}',
    '{"level":50,"time":1790000000000,"pid":<n>,"msg":"boom"}',
    "ERROR: Zugriff verweigert für Benutzer 🚫",
    "npm ERR! code ELIFECYCLE",
    (
        "Error: listen EADDRINUSE: address already in use :::3000\n"
        "    at Server.setupListenHandle [as _listen2] (node:net:<n>:16)\n    at listenInCluster (node:net:1865:12)\n"
        "  code: 'EADDRINUSE',\n  errno: -98,\n}"
    ),
    "TypeError: fetch failed\n    at node:internal/deps/undici/undici:<n>:11",
    "Uncaught ReferenceError: x is not defined",
    "UnhandledPromiseRejectionWarning: boom",
    "APP/UNINSTALLED: cleanup error for <shop> Error: boom",
)
LOOK_ALIKES = (
    "5000 items", "500 items imported", "id=429123", "order 429 packed", "order #<5xx> shipped", "took <5xx>ms",
    "took <5xx> ms", "listening on port 5432", "listening on :5000", "bytes=<5xx> status=200", "size: <5xx> kB",
    "memory: 256 -> 512 MB", "exit status 137", "rate limit: 429 left of 1000", "retry 3 of 500", "v5.0.3 started",
    "GET /health 200 - - <5xx>.270 ms", "GET /products/<5xx> 200 - - 4 ms", "GET /app?status=503 200 - - 4 ms",
    "GET /logs?level=error&code=429 200 - - 4 ms", "GET /docs/webhook%20error 200 - - 4 ms",
    '"GET /app HTTP/1.1" 200 <5xx> "https://shop.example.com/?page=500" "curl/8"', "GET /app 302 - - 429.1 ms",
    "status: 500 of 1000 done", '{"status":"ok","responseTime":<5xx>}', '{"level":30,"time":1790000000500,"msg":"ok"}',
    "no errors found", "0 errors, 500 warnings", 'level=info msg="error budget 99.5 %"', "[info] [<n>] errors: 0",
    "ErrorBoundary rendered the fallback page", "Prisma schema loaded from prisma/schema.prisma",
    "prisma:query SELECT error FROM dead_letters", "prisma error P2002 on webhook_events: repeated delivery",
    ("PrismaClientKnownRequestError: \nInvalid `prisma.webhookEvent.create()` invocation:\nUnique constraint failed on "
    "the fields: (`id`) {\n  code: 'P2002',\n  meta: { modelName: 'WebhookEvent', target: [ 'id' ] }\n}"),
    "APP/UNINSTALLED: queuing cleanup for shop-503.myshopify.com", "Lieferung über <5xx> Artikel bestätigt 📦",
    'CUSTOMERS/REDACT payload for <shop>: {\n  "status": 503,\n  "note": "webhook error"\n}',
    "Kunde Nr. 429 grüßt: „alles in Ordnung“ 😀", "\x1b[32mGET /app 200 <5xx>.2 ms\x1b[0m", "\0\0heartbeat 500\0",
    "heartbeat <n>\r", "Headers {\n  'x-retry': '429123',\n  'content-length': '<5xx>',\n}",
    # turned away as documented: our own forged and unsigned deliveries, and test requests
    "APP/UNINSTALLED: webhook error: Response {\n  status: 401,\n  statusText: 'Unauthorized',\n  url: ''\n}",
    "SHOP/REDACT: webhook error: Response { status: 400, statusText: 'Bad Request' }",
    "POST /webhooks/app/uninstalled 401 - - 2.101 ms", "GET /webhooks/shop/redact 405 - - 503.500 ms",
    "test request without session answered 401", "APP/UNINSTALLED: no HMAC (test request) → respond 200",
    "Unexpected topic at /webhooks/app/uninstalled: SHOP_REDACT",
)  # fmt: skip
ORDINARY = (
    "GET /health 200 - - <n>.284 ms", "GET /app?shop=<shop>&id=<id> 200 - - <n>.071 ms",
    "GET /assets/<id>.js 304 - - 0.9 ms",
    "POST /webhooks/app/uninstalled 200 - - <n>.270 ms", "APP/UNINSTALLED: queuing cleanup for <shop>",
    "APP/UNINSTALLED: cleanup done for <shop>", "APP/SCOPES_UPDATE: scopes updated for <shop>",
    "session <id> loaded for <shop> in <n>.2 ms", "[Webhook] delivery <id> of <shop> recorded",
    "Lieferzeiten für <shop> neu berechnet: <id>",
)  # fmt: skip
MACHINES = ("d8d4017a6e3278", "e286503f9a1d48")
BEGAN = datetime(2026, 8, 10, tzinfo=UTC)
_VARIABLE = re.compile("<(n|id|shop|5xx)>")


@dataclass(frozen=True)
class Event:
    """What was written at once.

    Attributes:
        at: When, to the second: no other event of its machine has the same.
        machine: Which machine wrote it.
        lines: As the platform delivers them, each a line of its own.
        error: Its label.
    """

    at: datetime
    machine: str
    lines: tuple[str, ...]
    error: bool

    @property
    def key(self) -> tuple[datetime, str]:
        """What no other event has."""
        return self.at, self.machine

    def text(self) -> str:
        """As ``fly logs`` prints it."""
        head = (
            f"\x1b[2m{self.at:%Y-%m-%dT%H:%M:%SZ}\x1b[0m app[{self.machine}] \x1b[32mfra\x1b[0m [\x1b[34minfo\x1b[0m]"
        )
        return "".join(f"{head}{line}\n" for line in self.lines)


def events(seed: int, one_error_in: int, one_look_alike_in: int) -> Iterator[Event]:
    """Events without end, one a second.

    Args:
        seed: The same seed makes the same log.
        one_error_in: So many events have one error.
        one_look_alike_in: So many events have one that only looks like an error.
    """
    source = random.Random(seed)
    fill = _filler(source)
    at = BEGAN
    while True:
        at += timedelta(seconds=1)
        draw = source.random()
        error = draw < 1 / one_error_in
        alike = not error and draw < 1 / one_error_in + 1 / one_look_alike_in
        message = source.choice(ERRORS if error else LOOK_ALIKES if alike else ORDINARY)
        yield Event(at, source.choice(MACHINES), tuple(fill(message).split("\n")), error)


def huge(at: datetime) -> Event:
    """An event of one line of 5 MB, full of numbers and no error."""
    return Event(at, MACHINES[0], (MEGABYTES_5,), error=False)


def _filler(source: random.Random) -> Callable[[str], str]:
    values: dict[str, Callable[[], str]] = {
        "n": lambda: str(source.randrange(1, 999)),
        "id": lambda: f"{source.getrandbits(64):016x}",
        "shop": lambda: f"laden-{source.randrange(10**6)}.myshopify.com",
        "5xx": lambda: str(source.randrange(500, 505)),
    }
    return lambda message: _VARIABLE.sub(lambda found: values[found[1]](), message)
