"""The platform a target runs on: what checks ask for, whoever hosts it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ops_tests.clients import cloudflare, fly_platform
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.errors import UsageProblem

if TYPE_CHECKING:
    from ops_tests.records.platform import Release, SecretName
    from ops_tests.target import Target


def worst_seconds() -> float:
    """The longest one question takes."""
    return max(fly_platform.worst_seconds(), cloudflare.worst_seconds())


class Platform(Protocol):
    """What every platform can be asked; each answers with records or raises ``Blind``."""

    def releases(self) -> tuple[Release, ...]:
        """The application's releases, newest first."""

    def secret_names(self) -> tuple[SecretName, ...]:
        """The application's secrets, by name."""


def connect(target: Target, remark: Remark = unheard) -> Platform:
    """The platform of a target; nothing is asked yet.

    Raises:
        NotAuthorised: The target names a token's variable and nobody set it.
        UsageProblem: The target has no platform.
    """
    if target.platform is None:
        raise UsageProblem(f"{target.file} has no [platform]; expected one. Add it with kind")
    return cloudflare.connect(target, remark) if target.cloudflare else fly_platform.connect(target, remark)
