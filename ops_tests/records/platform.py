"""What the platform says about machines, releases and secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Image:
    """A container image.

    Attributes:
        repository: Registry and repository (``registry.fly.io/timedify``).
        tag: The tag, or "".
        digest: ``sha256:...``, or "".
    """

    repository: str
    tag: str = ""
    digest: str = ""

    def __str__(self) -> str:
        return self.repository + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")


@dataclass(frozen=True)
class MachineCheck:
    """A health check the platform runs on a machine: name, status (passing, warning, critical) and its last output."""

    name: str
    status: str
    output: str = ""


@dataclass(frozen=True)
class MachineEvent:
    """Something that happened to a machine.

    Attributes:
        type: ``start``, ``exit``, ``launch``, ``update`` and so on, as the platform says it.
        at: When, UTC.
        exit_code: With which status it ended; None for an event that is no end.
        oom_killed: Whether it was ended because its memory was used up.
        requested: Whether somebody asked for that end: a deployment, the command line, auto-stop.
        restarts: How often the platform had restarted it by then, as the platform counts.
    """

    type: str
    at: datetime
    exit_code: int | None = None
    oom_killed: bool = False
    requested: bool = False
    restarts: int = 0


@dataclass(frozen=True)
class ServiceCheck:
    """A health check as it is configured on a machine; what its configuration leaves out is None or "".

    Attributes:
        interval: Seconds from one request to the next.
        timeout: Seconds an answer may take.
        grace: Seconds after a start in which a failure does not count.
        method: ``GET``, in capitals.
        path: What is asked.
        restart_limit: Failures in a row after which the machine is restarted; 0 for never.
    """

    interval: float | None
    timeout: float | None
    grace: float | None
    method: str
    path: str
    restart_limit: int = 0


@dataclass(frozen=True)
class Service:
    """What a machine offers to the outside.

    Attributes:
        checks: Its HTTP checks.
        force_https: Whether plain HTTP is redirected on every port that takes it.
        minimum_machines: How many machines auto-stop leaves running.
    """

    checks: tuple[ServiceCheck, ...]
    force_https: bool
    minimum_machines: int


@dataclass(frozen=True)
class Machine:
    """One machine of the application.

    Attributes:
        id: The platform's id.
        state: ``started``, ``stopped``, ``replacing`` and so on, as the platform says it.
        region: Where it runs.
        image: What it runs.
        process_group: ``app``, or the group of the fly.toml; ``fly_app_release_command`` for the release machine.
        checks: The platform's checks on it.
        host_status: ``ok``, ``unknown``, ``unreachable``.
        auto_stop: Whether the platform may stop it when idle.
        release: The release number it belongs to, or None where the platform does not say.
        started_at: Its newest start, UTC, or None.
        commit: The commit its image was built from, as the image's labels say; "" where they do not.
        memory_mb: Its memory, or None where the platform does not say.
        services: What it offers, or None where its configuration is not known.
        events: What happened to it, as far back as the platform lists it.
    """

    id: str
    state: str
    region: str
    image: Image
    process_group: str = "app"
    checks: tuple[MachineCheck, ...] = ()
    host_status: str = "ok"
    auto_stop: bool = False
    release: int | None = None
    started_at: datetime | None = None
    commit: str = ""
    memory_mb: int | None = None
    services: tuple[Service, ...] | None = None
    events: tuple[MachineEvent, ...] = ()


@dataclass(frozen=True)
class Running:
    """What serves now, or a share of it.

    Attributes:
        name: What it is: ``machine 17819dec``, ``90 % of the requests``.
        image: What it runs; of a Worker its name and, as the tag, the version's id.
    """

    name: str
    image: Image


@dataclass(frozen=True)
class Release:
    """One release; on Cloudflare one deployment.

    Attributes:
        version: Its number; of a deployment that of the Worker's version, 0 where the platform no longer lists it.
        status: ``complete``, ``running``, ``failed``, ``interrupted``, ``at 10 %`` and so on.
        created_at: When it was made, UTC.
        image: What it deploys, or None where the platform names none.
        description: The platform's or the author's words.
        split: Where the release itself sends the requests; nothing where machines serve them.
    """

    version: int
    status: str
    created_at: datetime
    image: Image | None
    description: str = ""
    split: tuple[Running, ...] = ()

    @property
    def name(self) -> str:
        """``v42``, or the beginning of its image's tag where it has no number."""
        return f"v{self.version}" if self.version or not self.image else self.image.tag[:8]


@dataclass(frozen=True)
class SecretName:
    """A secret by name, never by value.

    Attributes:
        name: The variable's name.
        status: ``Deployed``, ``Staged``, ``Partial``, ``Unknown``; "" where the platform does not say.
    """

    name: str
    status: str = ""


@dataclass(frozen=True)
class Deployment:
    """An image that was deployed, or not: what fly said, and what was seen before and afterwards.

    Attributes:
        image: What was to be deployed.
        said: Why it failed in fly's words; "" when fly called it a success.
        seconds: How long fly took.
        machines: The machines before and afterwards.
        releases: The releases before and afterwards.
    """

    image: Image
    said: str
    seconds: float
    machines: tuple[tuple[Machine, ...], tuple[Machine, ...]]
    releases: tuple[tuple[Release, ...], tuple[Release, ...]]
