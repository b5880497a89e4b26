"""Everything about the embedded target a fault can change, in one frozen value; the defaults are a healthy system."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ops_tests.sandbox.scenario_machines import Exit, Gate, Inside, Registry, Storage

PREFIX = "ops-synthetic"
CURRENT_IMAGE = "deployment-01KQ4TEYWW64FHWVDNCRW0H1EW"
OLDER_IMAGE = "deployment-01KPN8Z3M5C2VQ0Y7T4B9XJRAD"


@dataclass(frozen=True)
class Health:
    """The answer of ``GET /health`` as seen from outside; the platform's own check of the machines is set in `Machine`.

    Attributes:
        status: HTTP status.
        body: The body.
        content_type: Its type.
        delay_seconds: How long the answer takes.
        redirect_to: The Location header, or "".
        cut: Whether the connection ends before the announced length.
        encoding: The content encoding; ``gzip, cut`` is half of what gzip made, ``br`` one that nobody asked for.
        goes_on: Whether the body never ends: ``fast``, or a byte now and then.
        resets: Whether the connection is reset instead of answered.
        wakes_after_seconds: How long the first answer takes because a machine must start for it; 0 for none.
    """

    status: int = 200
    body: str = '{"status":"ok","service":"timedify"}'
    content_type: str = "application/json; charset=utf-8"
    delay_seconds: float = 0
    redirect_to: str = ""
    cut: bool = False
    encoding: Literal["", "gzip", "gzip, cut", "br"] = ""
    goes_on: Literal["", "fast", "slowly"] = ""
    resets: bool = False
    wakes_after_seconds: float = 0


@dataclass(frozen=True)
class Certificate:
    """What is shown in the TLS handshake.

    Attributes:
        days_left: Until its end; negative once it has ended.
        host: The host it is for.
        signed_by: ``the authority`` the target file names, one that nobody knows, or itself.
    """

    days_left: float = 60
    host: str = "127.0.0.1"
    signed_by: Literal["the authority", "another authority", "itself"] = "the authority"


@dataclass(frozen=True)
class WebPage:
    """A page beside the health path: its status, and the Location header or ""."""

    path: str
    status: int = 200
    redirect_to: str = ""


@dataclass(frozen=True)
class Edge:
    """What stands around the application.

    Attributes:
        certificate: What is shown in the TLS handshake.
        redirect_status: What plain HTTP answers.
        redirect_to: Scheme and host it leads to; "" for the application's own.
        headers: What every page bears.
        pages: The pages.
        opening_seconds: How long a connection takes before its TLS handshake begins.
    """

    certificate: Certificate = field(default_factory=Certificate)
    redirect_status: int = 301
    redirect_to: str = ""
    headers: tuple[tuple[str, str], ...] = (
        ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "frame-ancestors https://admin.shopify.com https://*.myshopify.com"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
    )
    pages: tuple[WebPage, ...] = (WebPage("/"), WebPage("/privacy"), WebPage("/terms"), WebPage("/auth/login"))
    opening_seconds: float = 0


@dataclass(frozen=True)
class Webhooks:
    """How the application treats deliveries.

    Attributes:
        unsigned_status: What a delivery without a signature is answered with.
        failing: Paths whose valid deliveries are answered 500.
        slow: Paths whose valid deliveries are answered late, the work being done in time.
        slow_seconds: How late.
        slow_every: Which of these deliveries are late: each, or one of so many.
        swallows: Whether valid deliveries are answered 200 and forgotten.
        accepts_forged: Whether the signature is not looked at.
        verifies_with_another_secret: Whether the application holds another secret than we do.
        answers_get: Whether a GET is answered 200.
        records_twice: Whether each delivery leaves a second row under an id of its own.
        records_under_another_id: Whether the row bears an id of its own instead of the delivery's.
        works_on_forged: Whether a refused forgery does its work all the same.
    """

    unsigned_status: int = 200
    failing: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()
    slow_seconds: float = 6
    slow_every: int = 1
    swallows: bool = False
    accepts_forged: bool = False
    verifies_with_another_secret: bool = False
    answers_get: bool = False
    records_twice: bool = False
    records_under_another_id: bool = False
    works_on_forged: bool = False


@dataclass(frozen=True)
class Letter:
    """A dead letter that nobody has replayed: its age in minutes and how often it was replayed in vain."""

    minutes_ago: float
    retries: int = 0


@dataclass(frozen=True)
class Migration:
    """A row of ``_prisma_migrations``; ``finished`` and ``failed`` exclude each other."""

    name: str
    days_ago: float
    finished: bool = True
    failed: bool = False


BackupFile = Literal[
    "", "good", "truncated", "empty", "foreign", "older major", "old", "table missing", "rows missing", "absent"
]


@dataclass(frozen=True)
class Database:
    """Rows, rights, and how the read-only role reaches them.

    Attributes:
        letters: Unprocessed dead letters.
        migrations: Rows of ``_prisma_migrations``.
        sessions: Shops with a session beside those of the past.
        hidden: Table and column of what the read-only role may not read although it should.
        missing: Tables that are not there.
        locked: Tables somebody else holds an exclusive lock on.
        reader: What the connection string of the read-only role leads to.
        events_days_ago: Recorded deliveries beside those of the past, by their age.
        processed_days_ago: Dead letters replayed so long ago, beside those of the past.
        events_every_minutes: How far apart the recorded deliveries of the past two weeks are.
        online_only: Shops without an offline session, beside those of the past.
        has_sessions: Whether there is any session.
        watches: Whether the read-only role may see what others do.
        connections: How many connections the application hoards.
        idle_transaction: Whether a transaction of somebody else's has been idle for some seconds.
        lock_wait: Whether somebody has waited for a lock for some seconds.
        proxy: How ``fly proxy`` behaves where the database is reached through it; "" where it is reached directly.
        backup: The dump the target file names, by what is wrong with it; "" where it names none.
        backup_reads: Whether the role that dumps may read every table.
    """

    letters: tuple[Letter, ...] = ()
    migrations: tuple[Migration, ...] = (
        Migration("20260114091500_init", 310),
        Migration("20260302140210_webhook_events", 263),
        Migration("20260518073055_dead_letters", 186),
    )
    sessions: tuple[str, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    missing: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    reader: Literal["good", "wrong password", "refused", "silent", "unknown host", "replica"] = "good"
    events_days_ago: tuple[float, ...] = ()
    processed_days_ago: tuple[float, ...] = ()
    events_every_minutes: float = 8
    online_only: tuple[str, ...] = ()
    has_sessions: bool = True
    watches: bool = True
    connections: int = 0
    idle_transaction: bool = False
    lock_wait: bool = False
    proxy: Literal["", "good", "refused", "dies", "hangs", "silent"] = ""
    backup: BackupFile = ""
    backup_reads: bool = True


@dataclass(frozen=True)
class Line:
    """A log line of the past: how many seconds before the start, and its text."""

    seconds_ago: float
    message: str


@dataclass(frozen=True)
class Logs:
    """What the log delivers, and how.

    Attributes:
        delivers: ``the old`` is what is older than six minutes.
        lines: Lines beside those of the past.
        quiet: Whether no webhook came in the last ten minutes.
        api: The logs API; ``limited at first`` refuses the first request with 429, ``short-sighted`` answers 503 to
            whoever asks for what is older than two minutes.
        page_seconds: How long the API thinks about each page.
    """

    delivers: Literal["everything", "nothing", "the old"] = "everything"
    lines: tuple[Line, ...] = ()
    quiet: bool = False
    api: Literal["good", "limited at first", "short-sighted"] = "good"
    page_seconds: float = 0


@dataclass(frozen=True)
class Metrics:
    """What the metrics service tells of the last 24 hours, and how.

    Attributes:
        responses: Responses of the edge by HTTP status.
        buckets: Share of the application's responses, in %, that took no longer than so many seconds; rising.
        cpu_percent: The busy share of every machine's CPU in its busiest hour.
        memory_percent: The used share of every machine's memory in its fullest hour.
        api: How the API behaves; ``another app`` has series of other apps only, ``unfiltered`` answers with another
            app's, ``stale`` has an answer of yesterday, ``old load`` lost CPU and memory two hours ago.
    """

    responses: tuple[tuple[int, float], ...] = ((200, 11893.2), (302, 214.0), (401, 37.0), (404, 52.1), (502, 9.0))
    buckets: tuple[tuple[float, float], ...] = (
        (0.01, 41.0), (0.025, 83.0), (0.05, 94.5), (0.1, 97.5), (0.25, 99.4), (0.5, 99.9), (1.0, 99.96), (5.0, 100.0)
    )  # fmt: skip
    cpu_percent: float = 23.4
    memory_percent: float = 47.9
    api: Literal[
        "good", "empty", "NaN", "refused", "slow", "hangs", "another app", "unfiltered", "text", "error", "partial",
        "stale", "old load", "limited at first"
    ] = "good"  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """One machine as the platform shows it; the words are the platform's."""

    id: str
    state: str = "started"
    check: str = "passing"
    image: str = CURRENT_IMAGE
    host: str = "ok"
    auto_stop: bool = False
    memory_mb: int = 1024
    exits: tuple[Exit, ...] = ()
    gate: Gate = field(default_factory=Gate)
    inside: Inside = field(default_factory=Inside)


@dataclass(frozen=True)
class Release:
    """One release: its number, status, age in minutes and image tag."""

    version: int
    status: str
    minutes_ago: float
    image: str


FlyHabit = Literal["good", "crashes", "warns", "killed", "cut", "limited at first", "of 2024", "of 2025"]
"""How the command behaves; ``of 2024`` and ``of 2025`` are older versions with other JSON."""


@dataclass(frozen=True)
class Platform:
    """What fly says.

    Attributes:
        machines: The application's machines.
        releases: Newest first.
        secrets: Name and status of each secret.
        access: Whether token and app are known, or fly is not there at all.
        text_instead_of_json: Whether commands asked for JSON print their table.
        fly: How the command behaves.
        fly_seconds: How long it thinks before it does anything.
        names_commits: Whether images are labelled with the commit they were built from.
        variables: Variables that lie about in the environment of whoever calls it.
        exec: Whether the token for ``fly machine exec`` is good, and what becomes of the command.
        acting: What becomes of a restart or a deployment; ``shrinks`` restarts with half
            the memory, ``lies`` says that it deployed and did not,
            ``refused`` that the token may not.
        registry: The container registry.
        storage: Volumes, clusters and their backups.
    """

    machines: tuple[Machine, ...] = (Machine("d8d4017a6e3278"), Machine("e286065f969386"))
    releases: tuple[Release, ...] = (
        Release(42, "complete", 20, CURRENT_IMAGE),
        Release(41, "failed", 2 * 1440, "deployment-01KQ0B7F2H8N4W6Z1K5M3PXSCE"),
        Release(40, "complete", 6 * 1440, OLDER_IMAGE),
        Release(39, "complete", 13 * 1440, "deployment-01KNZ5R9T2E7A4D8G1J3M6PQSV"),
    )
    secrets: tuple[tuple[str, str], ...] = (
        ("DATABASE_URL", "Deployed"),
        ("SCOPES", "Deployed"),
        ("SENTRY_DSN", "Deployed"),
        ("SHOPIFY_API_KEY", "Deployed"),
        ("SHOPIFY_API_SECRET", "Deployed"),
        ("SHOPIFY_APP_URL", "Deployed"),
    )
    access: Literal["good", "refused", "unknown app", "missing"] = "good"
    text_instead_of_json: bool = False
    fly: FlyHabit = "good"
    fly_seconds: float = 0
    names_commits: bool = True
    variables: tuple[tuple[str, str], ...] = ()
    exec: Literal["good", "refused", "no token", "fails", "cut"] = "good"
    acting: Literal["good", "unhealthy", "stays down", "shrinks", "lies", "refused"] = "good"
    registry: Registry = field(default_factory=Registry)
    storage: Storage = field(default_factory=Storage)


@dataclass(frozen=True)
class Repository:
    """The application's repository as it was cloned.

    Attributes:
        tagged: Where the tag of the newest version stands; ``not`` leaves the version before as the newest.
        changelog_names_it: Whether the changelog has a section for the newest version.
        lock_file_days_ago: When the lock file was last changed.
        shallow: Whether the clone ends at the released commit.
    """

    tagged: Literal["the release", "elsewhere", "not"] = "the release"
    changelog_names_it: bool = True
    lock_file_days_ago: float = 12
    shallow: bool = False


@dataclass(frozen=True)
class Scenario:
    """The whole embedded target.

    Attributes:
        listens: Whether the application's port accepts connections.
        has_a_name: Whether the application's host name exists.
        round_trip_seconds: How far away application, database, logs, metrics and registry are.
        samples: How many response times the target file has us measure for percentiles; None: as the file says.
        health: What ``GET /health`` answers.
        edge: Certificate, plain HTTP, headers and pages.
        webhooks: How deliveries are treated.
        database: Rows, rights, and the way to them.
        logs: What the log delivers.
        metrics: What the metrics service tells.
        platform: What fly says.
        repository: What git says.
    """

    listens: bool = True
    has_a_name: bool = True
    round_trip_seconds: float = 0
    samples: int | None = None
    health: Health = field(default_factory=Health)
    edge: Edge = field(default_factory=Edge)
    webhooks: Webhooks = field(default_factory=Webhooks)
    database: Database = field(default_factory=Database)
    logs: Logs = field(default_factory=Logs)
    metrics: Metrics = field(default_factory=Metrics)
    platform: Platform = field(default_factory=Platform)
    repository: Repository = field(default_factory=Repository)
