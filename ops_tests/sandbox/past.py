"""What happened before the sandbox started: log lines and rows, the same at every start but for the times."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ops_tests.sandbox.scenario import Database, Line, Logs, Migration

Row = tuple[object, ...]

SHOPS = ("nordlicht-moebel", "kaffeehaus-am-markt", "velo-werkstatt-sued", "papier-und-tinte")
TOPICS = ("APP_SUBSCRIPTIONS_UPDATE", "APP_SCOPES_UPDATE", "CUSTOMERS_DATA_REQUEST", "CUSTOMERS_REDACT", "SHOP_REDACT")
EVENTS_DAYS = timedelta(days=13.5)
HEARTBEAT = "GET /health 200 - - 3.1 ms"

# Numbers that look like an error's, and a test request that was rejected as it should be: none of these is an error.
HARMLESS = (
    "[Webhook] replay finished {\"took\":\"503ms\"}",
    "cache warmed: took 503ms",
    "usage record saved id=429123",
    "sync: 5000 items in 12 batches",
    "CUSTOMERS/REDACT: webhook error: Response {",
    "  status: 401,",
    "  statusText: 'Unauthorized',",
    "  headers: Headers {},",
    "  body: null,",
    "  ok: false",
    "}",
    "POST /webhooks/customers/redact 401 - - 1.204 ms",
    "APP/UNINSTALLED: no HMAC (test request) → respond 200",
    "POST /webhooks/app/uninstalled 200 - - 1.118 ms",
    "Unexpected topic at /webhooks/shop/redact: PRODUCTS_UPDATE",
    "connected to 10.0.4.17:5432 in 500 ms",
)  # fmt: skip
WORK = (
    "APP_SUBSCRIPTIONS/UPDATE: queuing update for {shop}",
    'APP_SUBSCRIPTIONS/UPDATE payload for {shop}: {{"app_subscription":{{"name":"Basic","status":"ACTIVE"}}}}',
    "POST /webhooks/app/subscriptions_update 200 - - 6.420 ms",
    "APP/SCOPES_UPDATE: updating scopes for {shop}",
    "APP/SCOPES_UPDATE: scopes updated for {shop}",
    "POST /webhooks/app/scopes_update 200 - - 5.008 ms",
)
START = ("Starting init (commit: 4e1c2d9)...", "Preparing to run: `docker-entrypoint.sh npm run start` as node",
         "[remix-serve] http://localhost:3000 (http://172.19.2.10:3000)")  # fmt: skip


def shop(place: int) -> str:
    """The domain of one of the past's shops; none bears the synthetic prefix."""
    return f"{SHOPS[place % len(SHOPS)]}.myshopify.com"


def lines(logs: Logs) -> list[Line]:
    """The log before the start, oldest first."""
    if logs.delivers == "nothing":
        return []
    ordered = sorted(
        [*_ordinary(newest_work=1000 if logs.quiet else 0), *logs.lines], key=lambda line: -line.seconds_ago
    )
    return [line for line in ordered if logs.delivers == "everything" or line.seconds_ago > 6 * 60]


def _ordinary(newest_work: int) -> Iterator[Line]:
    yield from (Line(seconds, HEARTBEAT) for seconds in range(5, 3600, 10))
    yield from (Line(hours * 3600 + 7, HEARTBEAT) for hours in range(1, 15 * 24))
    yield from (Line(20 * 60 - place * 0.4, text) for place, text in enumerate(START))
    for start in (start for start in (30 * 3600, 9 * 3600, 47 * 60, 21 * 60, 240, 100) if start >= newest_work):
        yield from _together(start, WORK, shop(start))
    for start in (5 * 3600, 33 * 60, 210):
        yield from _together(start, HARMLESS, shop(start))


def _together(start: int, texts: tuple[str, ...], name: str) -> Iterator[Line]:
    """The lines of one moment, a few milliseconds apart."""
    bears_shop = texts is WORK
    yield from (
        Line(start - place * 0.003, text.format(shop=name) if bears_shop else text) for place, text in enumerate(texts)
    )


def sessions(database: Database, now: datetime) -> list[Row]:
    """Rows of ``"Session"``: id, shop, state, isOnline, scope, expires, accessToken."""
    offline = [
        (f"offline_{shop(place)}", shop(place), "", False, "read_products", None, f"shpat_{place:032x}")
        for place in range(4)
    ]
    online = [(f"{shop(0)}_812", shop(0), "", True, "read_products", now + timedelta(hours=20), f"shpua_{7:032x}")]
    planted = [
        (f"offline_{name}", name, "", False, "read_products", None, f"shpat_{99:032x}") for name in database.sessions
    ]
    without = [
        (f"{name}_814", name, "", True, "read_products", now + timedelta(hours=9), f"shpua_{98:032x}")
        for name in database.online_only
    ]
    return [*offline, *online, *planted, *without] if database.has_sessions else []


def webhook_events(database: Database, now: datetime) -> list[Row]:
    """Rows of ``webhook_events``: id, topic, shop, processedAt, createdAt; those of the past two weeks evenly."""
    apart = timedelta(minutes=database.events_every_minutes)
    ages = [timedelta(hours=1) + place * apart for place in range(EVENTS_DAYS // apart)]
    planted = [timedelta(days=days) for days in database.events_days_ago]
    return [(f"0b7e4c1a-5d2f-4e8b-9a3c-{place:012x}", TOPICS[place % len(TOPICS)], shop(place), now - age, now - age)
            for place, age in enumerate([*ages, *planted])]  # fmt: skip


def dead_letters(database: Database, now: datetime) -> list[Row]:
    """Rows of ``dead_letters``: id, topic, shop, payload, error, stack, retryCount, retriedAt, createdAt."""
    days = [now - timedelta(days=day) for day in (1, 2, 3, 6, 9, 13, *database.processed_days_ago)]
    replayed = [("APP_SCOPES_UPDATE", "connection terminated", 1, day, day - timedelta(minutes=12)) for day in days]
    waiting = [("APP_UNINSTALLED", "Timed out fetching a new connection", letter.retries, None,
                now - timedelta(minutes=letter.minutes_ago)) for letter in database.letters]  # fmt: skip
    payload = '{"email":"owner@example.invalid"}'
    return [(f"cmh2k9x7q{place:016d}", topic, shop(place), payload, error, None, *times)
            for place, (topic, error, *times) in enumerate([*replayed, *waiting])]  # fmt: skip


def migrations(database: Database, now: datetime) -> list[Row]:
    """Rows of Prisma's table: id, checksum, finished_at, migration_name, logs, started_at, applied_steps_count."""
    return [_migration(place, row, now - timedelta(days=row.days_ago)) for place, row in enumerate(database.migrations)]


def _migration(place: int, row: Migration, started: datetime) -> Row:
    finished = started + timedelta(seconds=1) if row.finished else None
    log = "Database error code: 42701" if row.failed else None
    row_id = f"6f1d2c3b-0000-4000-8000-{place:012d}"
    return (row_id, f"{place + 1:064x}", finished, row.name, log, started, int(row.finished))
