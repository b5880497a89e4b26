"""The parts of a target file: each a table, frozen and checked, with its defaults and what each key means."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ops_tests.target_values import (
    LISTED,
    NOT_EMPTY,
    BodyValues,
    FilePath,
    HostName,
    HttpUrl,
    Status,
    Statuses,
    UrlPath,
    VariableName,
    matching,
)


def _effect_time(seconds: float) -> float:
    if seconds > EFFECT_SECONDS_AT_MOST:
        raise ValueError(
            f"expected at most {EFFECT_SECONDS_AT_MOST:g} s, since no check waits longer for a proof; where the work "
            "takes longer, name an earlier sign of it as the effect"
        )
    return seconds


Word = Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9 -]{0,19}", "a word of at most 20 letters, digits, blanks and -")]
EFFECT_SECONDS_AT_MOST = 60.0
"""With the deliveries before it and the last look after it, this is what a check can wait for."""


class Part(BaseModel):
    """What every table has in common: nobody changes it, and a key nobody knows or a value of another type is an error.

    Strict, because ``acts = "no"`` must not be taken for one or the other.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, defer_build=True)


class HealthPart(Part):
    """The health path and what its body must say.

    Attributes:
        path: Asked with GET.
        expect: Dotted keys of the JSON body and the values each may have; ``*`` stands for every key at its place.
        plain_text: For an application that answers in plain text: the whole body, stripped, instead of ``expect``.
    """

    path: UrlPath = "/health"
    expect: Annotated[dict[str, BodyValues], NOT_EMPTY] = {"status": ("ok", "healthy")}
    plain_text: str | None = None


class HttpsPart(Part):
    """The application's TLS, for a ``base_url`` of https.

    Attributes:
        also: Other hosts whose certificates are looked at, as ``host`` or ``host:port``.
        www_url: The address that must lead to ``base_url``, path and query kept; None where there is none.
        plain_url: Where plain HTTP is answered; by default the host of ``base_url`` at port 80.
        authority: A PEM file, relative to the target file, with the private authority that signs for this target; it
            is then the only one that is trusted for it. None for the public authorities.
    """

    also: Annotated[tuple[HostName, ...], LISTED] = ()
    www_url: HttpUrl | None = None
    plain_url: HttpUrl | None = None
    authority: FilePath | None = None


class Page(Part):
    """One page beside the health path.

    Attributes:
        path: Asked with GET.
        status: What it answers itself: a redirect is not followed.
        critical: Whether users are stopped without it, so that its failure is L2.
    """

    path: UrlPath
    status: Status = 200
    critical: bool = False


class SeverityWords(Part):
    """What the target's people call the levels; each stands beside its level in verdicts and alerts."""

    L1: Word | None = None
    L2: Word | None = None
    L3: Word | None = None

    def of(self, level: str) -> str:
        """The word for a level, or ""."""
        return dict(self).get(level) or ""


class FlyPlatform(Part):
    """Fly.io as the platform.

    Attributes:
        kind: Always ``fly``.
        app: The app's name on Fly.io.
        token_env: The variable with a read-only token; without it fly uses the engineer's own login.
        acts_token_env: The variable with a token that may restart, scale and deploy; while it is unset, acting uses the
            engineer's own login. Observing never looks at it.
        minimum_machines: How many machines must be started.
        memory_mb: What each machine must have at least; None where nobody asks for a size.
        image_mb: What the image may take in the registry; None until somebody has written down a first reading.
    """

    kind: Literal["fly"]
    app: str = Field(min_length=1)
    token_env: VariableName | None = None
    acts_token_env: VariableName | None = None
    minimum_machines: int = Field(default=1, ge=1)
    memory_mb: int | None = Field(default=None, ge=1)
    image_mb: float | None = Field(default=None, gt=0)


class HealthGatePart(Part):
    """The platform's own health check, as every machine that serves must have it configured.

    Attributes:
        interval_seconds: From one request to the next.
        timeout_seconds: How long an answer may take.
        grace_seconds: After a start, how long a failure does not count.
        method: How it asks.
        path: What it asks for.
        restart_limit: Failures in a row after which the machine is restarted; 0 for never.
        force_https: Whether plain HTTP must be redirected.
        minimum_machines: How many machines auto-stop must leave running.
    """

    interval_seconds: float = Field(default=10, gt=0)
    timeout_seconds: float = Field(default=2, gt=0)
    grace_seconds: float = Field(default=20, ge=0)
    method: Annotated[str, matching(r"[A-Z]+", "a method in capitals, like GET")] = "GET"
    path: UrlPath = "/health"
    restart_limit: int = Field(default=0, ge=0)
    force_https: bool = True
    minimum_machines: int = Field(default=1, ge=0)


class RuntimePart(Part):
    """The inside of the machines, looked at with ``fly machine exec``.

    Attributes:
        exec_token_env: The variable with a token for that one command; while it is unset nothing is looked at.
        writable: Where a file system may be writable; everything else is mounted read-only.
        node_env: What NODE_ENV must say.
    """

    exec_token_env: VariableName
    writable: Annotated[tuple[UrlPath, ...], LISTED] = ("/app/tmp",)
    node_env: str = "production"


class BackupPlace(Part):
    """One place where the provider keeps backups.

    Attributes:
        kind: ``volumes`` for the snapshots of an app's volumes, ``postgres-app`` for those of an unmanaged Postgres
            app, ``managed-postgres`` for the backups of a cluster.
        app: The app whose volumes they are; by default, for ``volumes``, the platform's.
        cluster: The cluster's id.
        organisation: The slug of the organisation the cluster belongs to.
    """

    kind: Literal["volumes", "postgres-app", "managed-postgres"]
    app: str | None = Field(default=None, min_length=1)
    cluster: str | None = Field(default=None, min_length=1)
    organisation: str | None = Field(default=None, min_length=1)


class SecretsPart(Part):
    """The documented secrets: by name, or (where no list was ever written) by count."""

    names: Annotated[tuple[str, ...], LISTED] | None = None
    count: int | None = Field(default=None, ge=0)


class LogsPart(Part):
    """How the log is read.

    Attributes:
        window_minutes: How far back a look reaches.
        expects_lines: Whether a healthy application always has written something in that time.
    """

    window_minutes: float = Field(default=5, gt=0, le=60)
    expects_lines: bool = True


class MetricsPart(Part):
    """The platform's metrics: Fly.io's Prometheus API or Cloudflare's GraphQL analytics.

    Attributes:
        token_env: The variable with a token that may read them.
        org: Fly.io: the organisation's slug (``fly orgs list``), required there. The app is the platform's, as are
            Cloudflare's account and Worker.
        url: Fly.io: scheme and host of the API; None for Fly.io's own.
    """

    token_env: VariableName
    org: (
        Annotated[str, matching(r"[A-Za-z0-9][A-Za-z0-9_-]*", "an organisation's slug: letters, digits, _ and -")]
        | None
    ) = None
    url: HttpUrl | None = None


class HeartbeatPart(Part):
    """Dead man's switches: by scheduled suite, the variable with the address that misses us when we are silent.

    It is a capability, so whoever knows it can silence the switch: it stands in a variable like a secret. What is sent
    follows healthchecks.io's convention.
    """

    smoke: VariableName | None = None
    daily: VariableName | None = None
    weekly: VariableName | None = None
    monthly: VariableName | None = None

    def variable(self, suite: str) -> str | None:
        """The variable for a suite, or None."""
        named: dict[str, str | None] = self.model_dump()
        return named.get(suite)


class DatabasePart(Part):
    """PostgreSQL.

    Attributes:
        dsn_env: The variable with the connection string of the read-only role.
        via: How it is reached; through ``fly-proxy`` host and port of the connection string are the proxy's.
        proxy_app: The app ``fly proxy`` leads to.
        proxy_port: The database's port there.
        proxy_token_env: The variable with a token that may open the tunnel; by default the platform's.
        operator_secret_env: The variable with the connection string of the role that replays dead letters and deletes
            what is past its retention; only commands that act look at it.
        backup_secret_env: The variable with the connection string of a role that may read every table; only the drill
            that restores a backup looks at it.
        backup_file: A dump in pg_dump's custom format, relative to the target file, that this drill restores; None to
            have one taken now.
    """

    dsn_env: VariableName
    via: Literal["direct", "fly-proxy"] = "direct"
    proxy_app: str | None = Field(default=None, min_length=1)
    proxy_port: int = Field(default=5432, ge=1, le=65535)
    proxy_token_env: VariableName | None = None
    operator_secret_env: VariableName | None = None
    backup_secret_env: VariableName | None = None
    backup_file: FilePath | None = None


class DeadLettersPart(Part):
    """The table ``dead_letters``.

    Attributes:
        max_retries: From this ``retryCount`` on the application's own list leaves a letter out.
    """

    max_retries: int = Field(default=3, ge=1)


class MigrationsPart(Part):
    """Prisma's ``_prisma_migrations``.

    Attributes:
        folder: The repository's migrations folder, relative to the target file; None where it is not at hand.
    """

    folder: FilePath | None = None


class RetentionPart(Part):
    """How long the application keeps what it has dealt with.

    Attributes:
        days: How old a row may be that the clean-up leaves; the runbooks use 7 to 30.
        cleanup_interval_days: The time between two clean-ups: so much older a row may be before the next one comes.
    """

    days: int = Field(default=14, ge=7, le=30)
    cleanup_interval_days: float = Field(default=7, gt=0, le=31)


class RepositoryPart(Part):
    """A clone of the application's repository on this machine; it is read, and never fetched into.

    Attributes:
        path: Its folder, relative to the target file.
        changelog: The changelog's path in it; None where there is none.
        lock_file: The path of the dependencies' lock file in it; None where there is none.
    """

    path: FilePath
    changelog: str | None = Field(default=None, min_length=1)
    lock_file: str | None = Field(default=None, min_length=1)


class ExpectedEffect(Part):
    """What proves that a signed delivery did its work: a log line (``{shop}`` is our synthetic shop) or a row."""

    log: str | None = None
    row: bool = False


class Endpoint(Part):
    """One webhook endpoint.

    Attributes:
        path: Its path.
        topic: Shopify's topic; by default the path without ``/webhooks/``.
        effect: The proof of its work; None where nothing proves it from outside.
    """

    path: UrlPath
    topic: str = ""
    effect: ExpectedEffect | None = None

    def model_post_init(self, _context: object) -> None:
        """Derive the topic from the path."""
        if not self.topic:
            object.__setattr__(self, "topic", self.path.removeprefix("/webhooks/").strip("/"))

    @property
    def id(self) -> str:
        """The readable test id: the path without ``/webhooks/``."""
        return self.path.removeprefix("/webhooks/").strip("/")


SHOPIFY_ENDPOINTS = (
    Endpoint(path="/webhooks/app/uninstalled"),
    Endpoint(path="/webhooks/app/scopes_update"),
    Endpoint(path="/webhooks/app/subscriptions_update", topic="app_subscriptions/update"),
    Endpoint(path="/webhooks/customers/data_request"),
    Endpoint(path="/webhooks/customers/redact"),
    Endpoint(path="/webhooks/shop/redact"),
)


class WebhooksPart(Part):
    """Shopify webhooks and the synthetic deliveries sent to them.

    Attributes:
        secret_env: The variable with the application's client secret.
        synthetic: Whether anything may be sent at all.
        synthetic_prefix: Synthetic shops are ``<prefix>-<run>-<n>.myshopify.com``.
        synthetic_prefix_is_ours: For targets without a database: somebody vouches that no real shop bears the prefix.
        forged_status: What a wrong signature is answered with (Shopify's app review demands 401).
        unsigned_status: What a delivery without a signature is answered with.
        get_status: What a GET is answered with.
        records_deliveries: Whether each delivery becomes a row of ``webhook_events``.
        effect_within_seconds: How long after a delivery its effect may come.
        sampling_cap: How many deliveries a run sends at most to learn how long an answer takes.
        endpoints: The six of a Shopify app unless the file says otherwise.
    """

    secret_env: VariableName
    synthetic: bool = False
    synthetic_prefix: Annotated[
        str, matching(r"[a-z][a-z0-9-]{3,30}[a-z0-9]", "5 to 32 small letters, digits and -, like ops-synthetic")
    ] = "ops-synthetic"
    synthetic_prefix_is_ours: bool = False
    forged_status: Statuses = (401,)
    unsigned_status: Statuses = (400, 401)
    get_status: Statuses = (405,)
    records_deliveries: bool = True
    effect_within_seconds: Annotated[float, AfterValidator(_effect_time)] = Field(default=20, gt=0)
    sampling_cap: int = Field(default=30, ge=1, le=1000)
    endpoints: Annotated[tuple[Endpoint, ...], LISTED, NOT_EMPTY] = SHOPIFY_ENDPOINTS
