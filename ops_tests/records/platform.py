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


@dataclass(frozen=True)
class Release:
    """One release.

    Attributes:
        version: Its number.
        status: ``complete``, ``running``, ``failed``, ``interrupted`` and so on.
        created_at: When it was made, UTC.
        image: What it deploys, or None where the platform names none.
        description: The platform's or the author's words.
    """

    version: int
    status: str
    created_at: datetime
    image: Image | None
    description: str = ""


@dataclass(frozen=True)
class SecretName:
    """A secret by name, never by value.

    Attributes:
        name: The variable's name.
        status: ``Deployed``, ``Staged``, ``Partial``, ``Unknown``; "" where the platform does not say.
    """

    name: str
    status: str = ""
