"""The target file: what is checked, where, and against which limits.

One TOML file describes one system in one environment. Every part but ``base_url`` is optional; a check whose part is
absent is not applicable. Secrets are never in the file: it names environment variables, which may also stand in a
``.env``.
"""

import os
import re
import shlex
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream
from pydantic import BeforeValidator, Field, PrivateAttr

from ops_tests.alert_settings import AlertsPart, MaintenanceWindow
from ops_tests.errors import NotAuthorised, UsageProblem
from ops_tests.limits import Limits
from ops_tests.target_cloudflare import CloudflarePlatform, D1Part, WatchPart
from ops_tests.target_parts import (
    BackupPlace,
    DatabasePart,
    DeadLettersPart,
    FlyPlatform,
    HealthGatePart,
    HealthPart,
    HeartbeatPart,
    HttpsPart,
    LogsPart,
    MetricsPart,
    MigrationsPart,
    Page,
    Part,
    RepositoryPart,
    RetentionPart,
    RuntimePart,
    SecretsPart,
    SeverityWords,
    WebhooksPart,
)
from ops_tests.target_values import LISTED, NOT_EMPTY, HeaderName, HeaderValue, HttpUrl, UrlPath, matching


class Secret:
    """A value that must reach no report: it masks its own repr and str."""

    __slots__ = ("_value", "variable")

    def __init__(self, variable: str, value: str) -> None:
        self.variable = variable
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, for the one call that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.variable})"

    __str__ = __repr__


DOTENV = ".env"
SANDBOXES = frozenset(Path(__file__).with_name("targets").glob("sandbox*.toml"))


def _switched_off(value: Any) -> Any:
    return {"enabled": False} if value is False else value


class Target(Part):
    """One system in one environment, with the environment its variables are looked up in.

    ``acts`` says whether checks that change something may do so here, given a permit as well. ``latency_paths`` are
    asked in turn, ``latency_samples`` times in all, to learn how long an answer takes; never the health path, whose
    work is another.
    """

    name: Annotated[str, matching(r"[a-z0-9][a-z0-9._-]*", "small letters, digits and . _ -, like shop-staging")]
    base_url: HttpUrl
    control_url: Annotated[str, matching(r"https?://\S+", "an address, like https://example.com")] | None = None
    acts: bool = False
    health: HealthPart = HealthPart()
    https: HttpsPart | None = None
    headers: Annotated[dict[HeaderName, HeaderValue], NOT_EMPTY] | None = None
    pages: Annotated[tuple[Page, ...], LISTED, NOT_EMPTY] | None = None
    platform: Annotated[FlyPlatform | CloudflarePlatform, Field(discriminator="kind")] | None = None
    watch: WatchPart | None = None
    d1: D1Part | None = None
    latency_paths: Annotated[tuple[UrlPath, ...], LISTED, NOT_EMPTY] | None = None
    latency_samples: Annotated[int, Field(ge=1, le=1000)] = 30
    health_gate: HealthGatePart | None = None
    runtime: RuntimePart | None = None
    backups: Annotated[tuple[BackupPlace, ...], LISTED, NOT_EMPTY] | None = None
    secrets: SecretsPart | None = None
    logs: LogsPart | None = None
    metrics: MetricsPart | None = None
    webhooks: WebhooksPart | None = None
    database: DatabasePart | None = None
    dead_letters: DeadLettersPart | None = None
    migrations: MigrationsPart | None = None
    retention: RetentionPart | None = None
    repository: RepositoryPart | None = None
    heartbeat: HeartbeatPart | None = None
    limits: Limits = Limits()
    alerts: Annotated[AlertsPart | None, BeforeValidator(_switched_off)] = None
    severity_words: SeverityWords = SeverityWords()
    maintenance: Annotated[tuple[MaintenanceWindow, ...], LISTED] = ()

    _environ: Mapping[str, str] = PrivateAttr(default_factory=dict)
    _file: Path = PrivateAttr(default=Path())

    def placed(self, file: Path, environ: Mapping[str, str]) -> Self:
        """This target as read from ``file``, with the environment its variables are looked up in."""
        placed = self.model_copy()
        placed._file, placed._environ = file, environ
        return placed

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment this target's tools run in."""
        return self._environ

    @property
    def file(self) -> Path:
        """Where the target was read from."""
        return self._file

    @property
    def fly(self) -> FlyPlatform | None:
        """The platform where it is Fly.io."""
        return self.platform if isinstance(self.platform, FlyPlatform) else None

    @property
    def cloudflare(self) -> CloudflarePlatform | None:
        """The platform where it is Cloudflare."""
        return self.platform if isinstance(self.platform, CloudflarePlatform) else None

    @property
    def sandbox(self) -> bool:
        """Whether this is the packaged description of an embedded sandbox, so that nothing real is checked."""
        return self._file in SANDBOXES

    @property
    def speaks_https(self) -> bool:
        """Whether the application is reached over TLS."""
        return self.base_url.startswith("https://")

    @property
    def plain_url(self) -> str:
        """Where plain HTTP is answered when the application is reached over TLS."""
        host = urlsplit(self.base_url).hostname or ""
        given = self.https and self.https.plain_url
        return given or f"http://{f'[{host}]' if ':' in host else host}"

    @property
    def authority(self) -> Path | None:
        """The file with the only authority to trust for this target; None for the public ones."""
        named = self.https and self.https.authority
        return self._file.parent / named if named else None

    @property
    def curl(self) -> str:
        """The beginning of a command that asks the application as the checks do."""
        return f"curl -v --max-time 10{f' --cacert {self.authority}' if self.authority else ''}"

    def secret(self, variable: str) -> Secret:
        """Look a secret up.

        Raises:
            NotAuthorised: The variable is not set.
        """
        value = self._environ.get(variable, "")
        if not value:
            raise NotAuthorised(f"{variable} is not set; put it into the environment or .env ({self.name})")
        return Secret(variable, value)

    def variables(self) -> dict[str, str]:
        """Which variable each present part names, by part, or by part and what it is for."""
        named = {
            "platform": self.platform and self.platform.token_env,
            "metrics": self.metrics and self.metrics.token_env,
            "database.proxy": self.database and self.database.proxy_token_env,
            "webhooks": self.webhooks and self.webhooks.secret_env,
            "database": self.database and self.database.dsn_env,
        }
        return {part: variable for part, variable in named.items() if variable}

    def known_secrets(self) -> tuple[Secret, ...]:
        """Every secret of this target that is set: what redaction must know."""
        switches = [*filter(None, self.heartbeat.model_dump().values())] if self.heartbeat else []
        operators = [
            self.database and self.database.operator_secret_env,
            self.database and self.database.backup_secret_env,
            self.fly and self.fly.acts_token_env,
        ]
        operators += [self.runtime.exec_token_env] if self.runtime else []
        only_when_set = [*filter(None, operators), *switches]
        named = dict.fromkeys([*self.variables().values(), *only_when_set, *self.alert_variables()])
        known = [self.secret(variable) for variable in named if self.is_set(variable)]
        addresses = [*self.alert_urls().values(), *(self.secret(name) for name in switches if self.is_set(name))]
        return (*known, *(key for url in addresses for key in _keys_in(url)))

    def alert_variables(self) -> tuple[str, ...]:
        """The variables with the routes of alerts, each once."""
        return tuple(dict.fromkeys(route.url_env for route in self.alerts.routes)) if self.alerts else ()

    def alert_urls(self) -> dict[str, Secret]:
        """The URL of each route whose variable is set, by variable."""
        return {name: self.secret(name) for name in self.alert_variables() if self.is_set(name)}

    @property
    def alerting(self) -> AlertsPart | None:
        """Who is told of this target's troubles; None where nobody is, as of the embedded sandbox."""
        return self.alerts if self.alerts and self.alerts.enabled and not self.sandbox else None

    def is_set(self, variable: str) -> bool:
        """Whether the environment has something under this name."""
        return bool(self._environ.get(variable))

    def missing_variables(self, parts: Iterable[str]) -> list[str]:
        """Say which variables the given parts name and nobody set, one sentence each."""
        named = self.variables()
        return [
            f"{key.partition('.')[0]}: {variable} is not set; put it into the environment or .env"
            for key, variable in sorted(named.items())
            if key.partition(".")[0] in set(parts) and not self.is_set(variable)
        ]


def _keys_in(url: Secret) -> list[Secret]:
    """The parts of a route's or a switch's address long enough to be its keys; a host, with its dots, is none."""
    parts = re.split(r"[/:@?&=]+", url.reveal())
    return [Secret(url.variable, part) for part in parts if len(part) >= 12 and "." not in part]


def read_environ(folder: Path) -> dict[str, str]:
    """The process environment over the folder's ``.env``, if there is one; a variable set to nothing hides nothing.

    Raises:
        UsageProblem: The ``.env`` cannot be read.
    """
    try:
        filed = {key: value for key, value in dotenv_values(folder / DOTENV).items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{folder / DOTENV} cannot be read: {_unread(error)}") from None
    return filed | {key: value for key, value in os.environ.items() if value or key not in filed}


def _unread(error: OSError | UnicodeDecodeError) -> str:
    """Why, without a word of what stands there."""
    return str(error.strerror) if isinstance(error, OSError) else "it is no text in UTF-8"


def dotenv_complaints(folder: Path) -> list[str]:
    """What is wrong with the folder's ``.env``, by numbers of lines: what stands in them may be a secret."""
    file, complaints = folder / DOTENV, []
    if not file.is_file():
        return []
    if file.stat().st_mode & stat.S_IROTH:
        complaints.append(f"everybody on this machine can read {file}; type: chmod 600 {shlex.quote(str(file))}")
    with file.open(encoding="utf-8") as text:
        lines = [_line(one) for one in parse_stream(text) if one.error or (one.key and one.value is None)]
    if lines:
        which = f"line {lines[0]} is" if len(lines) == 1 else f"lines {', '.join(map(str, lines))} are"
        complaints.append(f"{file}: {which} no NAME=value and left out; is a quote not closed?")
    return complaints


def _line(binding: Binding) -> int:
    """Where it begins; the parser counts from the blank lines above."""
    blanks = len(binding.original.string) - len(binding.original.string.lstrip())
    return binding.original.line + binding.original.string[:blanks].count("\n")
