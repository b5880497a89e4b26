"""Everything about the embedded Evolution Hub a fault can change, in one frozen value; the defaults are healthy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ops_tests.sandbox.scenario import Certificate, Edge, WebPage

NONCE = "{nonce}"
"""Stands in a header for what is another in each answer."""
CSP = (
    f"default-src 'self'; script-src 'self' 'nonce-{NONCE}' https://cdn.jsdelivr.net; "
    "style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'self'; frame-ancestors 'self'; "
    "report-uri /api/csp-report"
)
HEADERS = (
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains; preload"),
    ("X-Frame-Options", "DENY"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), interest-cohort=()"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Content-Security-Policy", CSP),
)
PAGES = (
    WebPage("/", 302, "/welcome?next=%2F"),
    WebPage("/welcome"),
    WebPage("/pricing"),
    WebPage("/en/pricing"),
    WebPage("/tools"),
)
SECRETS = (
    *("STYTCH_PROJECT_ID", "STYTCH_SECRET", "STYTCH_PUBLIC_TOKEN", "JWT_SECRET", "RESEND_API_KEY"),
    *("STRIPE_SECRET", "STRIPE_WEBHOOK_SECRET", "TURNSTILE_SECRET_KEY"),
)


@dataclass(frozen=True)
class Health:
    """The answer of ``GET /api/health``, which is 200 whatever the services are like.

    Attributes:
        d1: Whether D1 answers the application.
        kv: Whether KV does.
        r2: Whether R2 does.
        success: What the body says of the request itself.
        version: What the body calls the version: the environment's name.
        status: HTTP status.
        body: Another body than the documented one, or "".
        delay_seconds: How long the answer takes.
    """

    d1: bool = True
    kv: bool = True
    r2: bool = True
    success: bool = True
    version: str = "production"
    status: int = 200
    body: str = ""
    delay_seconds: float = 0


@dataclass(frozen=True)
class Visitors:
    """What becomes of the visitors' requests.

    Attributes:
        failing_every: Which of them fail: each, or one of so many; 0 for none.
        outcome: The outcome of those that fail.
        status: The HTTP status that the visitor sees then.
    """

    failing_every: int = 0
    outcome: Literal["ok", "exception", "exceededCpu", "exceededMemory", "canceled"] = "exception"
    status: int = 500


@dataclass(frozen=True)
class Version:
    """A version of the Worker: its number and its age in minutes."""

    number: int
    minutes_ago: float


@dataclass(frozen=True)
class Deployment:
    """A deployment: its age in minutes, the number and percentage of each version in it, and what began it."""

    minutes_ago: float
    shares: tuple[tuple[int, float], ...]
    triggered_by: Literal["deployment", "upload", "rollback", "secret"] = "deployment"
    message: str = ""


@dataclass(frozen=True)
class Worker:
    """The Worker as Cloudflare knows it; deployments and versions with the oldest first, as they are listed."""

    versions: tuple[Version, ...] = (Version(39, 13 * 1440), Version(40, 6 * 1440), Version(41, 20))
    deployments: tuple[Deployment, ...] = (
        Deployment(13 * 1440, ((39, 100),)),
        Deployment(6 * 1440, ((40, 100),)),
        Deployment(20, ((41, 100),)),
    )
    secrets: tuple[str, ...] = SECRETS


STAGING = Worker(
    versions=(Version(80, 13 * 1440 + 90), Version(81, 6 * 1440 + 90), Version(82, 95)),
    deployments=tuple(
        Deployment(ago, ((number, 100),)) for ago, number in ((13 * 1440 + 90, 80), (6 * 1440 + 90, 81), (95, 82))
    ),
)
"""What staging got, each time an hour and a half before production."""


@dataclass(frozen=True)
class D1:
    """The database.

    Attributes:
        habit: How it answers ``wrangler d1``.
        bookmark: Whether there is one to travel back to.
        missing: Tables that are not there.
        unapplied: Migrations of the repository that were not applied.
    """

    habit: Literal["good", "slow", "overloaded", "not permitted"] = "good"
    bookmark: bool = True
    missing: tuple[str, ...] = ()
    unapplied: tuple[str, ...] = ()


@dataclass(frozen=True)
class Wrangler:
    """The command.

    Attributes:
        access: Whether token, account and Worker are known, or wrangler is not there at all.
        habit: How every command behaves; ``noise`` talks before its JSON, ``killed`` is a child that a signal ends
            while the launcher ends with 0.
        tail: How the live log behaves; ``visitors only`` never shows a request of ours, ``ends with text`` is a
            connection that breaks after some events.
        latency_seconds: How long an event takes until it is shown.
        delay_seconds: How long a command takes to start; 1.0 to 1.5 in reality.
    """

    access: Literal["good", "refused", "not logged in", "no such worker", "missing"] = "good"
    habit: Literal["good", "slow", "hangs", "noise", "text", "cut", "killed"] = "good"
    tail: Literal["good", "visitors only", "ends at once", "ends with text", "silent", "killed"] = "good"
    latency_seconds: float = 0.2
    delay_seconds: float = 0


@dataclass(frozen=True)
class Analytics:
    """What Cloudflare's analytics tell of the Worker's last 24 hours, and how.

    Attributes:
        invocations: How they ended, in Cloudflare's words: how many, and how many of them count as errors.
        api: How the API behaves; ``error`` answers 200 with an error.
    """

    invocations: tuple[tuple[str, int, int], ...] = (
        ("success", 11981, 0),
        ("clientDisconnected", 16, 0),
        ("scriptThrewException", 3, 3),
    )
    api: Literal["good", "refused", "unknown account", "error", "html", "cut", "hangs", "limited at first"] = "good"


@dataclass(frozen=True)
class Scenario:
    """The whole embedded target.

    Attributes:
        listens: Whether the application's port accepts connections.
        environment: Whose Worker serves: ``production``, or one that has the looser Content-Security-Policy.
        samples: How many response times the target file has us measure for percentiles; None: as the file says.
        health: What ``GET /api/health`` answers.
        edge: Certificate, plain HTTP, headers and pages.
        www: How the name with www is answered.
        api_seconds: How long the API takes for an answer.
        api_status: What it answers.
        visitors: What becomes of the visitors' requests.
        worker: What Cloudflare knows of the Worker.
        staging: What it knows of the Worker that changes are deployed to first.
        d1: The database.
        wrangler: How the command behaves.
        analytics: What the analytics tell.
    """

    listens: bool = True
    environment: Literal["production", "staging", "testing", "development"] = "production"
    samples: int | None = None
    health: Health = field(default_factory=Health)
    edge: Edge = field(default_factory=lambda: Edge(Certificate(), headers=HEADERS, pages=PAGES))
    www: Literal["redirects", "answers itself", "redirects for now", "loses the query"] = "redirects"
    api_seconds: float = 0
    api_status: int = 200
    visitors: Visitors = field(default_factory=Visitors)
    worker: Worker = field(default_factory=Worker)
    staging: Worker = STAGING
    d1: D1 = field(default_factory=D1)
    wrangler: Wrangler = field(default_factory=Wrangler)
    analytics: Analytics = field(default_factory=Analytics)
