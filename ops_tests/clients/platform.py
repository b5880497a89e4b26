"""The platform a target runs on: what checks ask for, whoever hosts it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from ops_tests.clients import fly, fly_logs
from ops_tests.clients.fly import Fly
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.errors import Blind
from ops_tests.records.logs import LogWindow
from ops_tests.records.platform import Machine, Release, SecretName
from ops_tests.target import Secret, Target

API_URL = "https://api.fly.io"


def worst_seconds() -> float:
    """The longest one question takes that ``fly`` answers."""
    return fly.worst_seconds()


def worst_log_seconds() -> float:
    """The longest a look into the log takes: the logs API to its end in vain, then ``fly logs``."""
    return fly_logs.worst_seconds() + fly.worst_seconds(fly.LOGS_SECONDS)


class Platform(Protocol):
    """Four questions; each answers with records or raises ``Blind``."""

    def machines(self) -> tuple[Machine, ...]:
        """Every machine the platform lists for the app."""

    def releases(self) -> tuple[Release, ...]:
        """The app's releases, newest first."""

    def secret_names(self) -> tuple[SecretName, ...]:
        """The app's secrets, by name."""

    def logs(self, since: datetime) -> LogWindow:
        """The app's log lines from ``since`` on."""


class FlyPlatform:
    """Fly.io.

    Args:
        app: The app's name.
        environ: The environment ``fly`` runs in; ``FLY_API_BASE_URL`` there moves the logs API.
        token: A token that may read the app; None for the engineer's own login.
        remark: Told when a read was repeated, or came from the second source.
    """

    def __init__(self, app: str, environ: Mapping[str, str], token: Secret | None, remark: Remark = unheard) -> None:
        self._app = app
        self._api_url = environ.get("FLY_API_BASE_URL") or API_URL
        self._token = token
        self._remark = remark
        self._fly = Fly(app, environ, token, remark)

    def machines(self) -> tuple[Machine, ...]:
        """Every machine the platform lists for the app."""
        return self._fly.machine_list()

    def releases(self) -> tuple[Release, ...]:
        """The app's last 25 releases, newest first."""
        return self._fly.releases()

    def secret_names(self) -> tuple[SecretName, ...]:
        """The app's secrets, by name."""
        return self._fly.secrets_list()

    def logs(self, since: datetime) -> LogWindow:
        """The app's log lines from ``since`` on: from the logs API, which pages; else the one page of ``fly logs``.

        Raises:
            Blind: Neither source gave lines; the message has both reasons.
        """
        if self._token is None:
            return self._fly.logs(since)
        try:
            return fly_logs.read(self._app, self._token, self._api_url, since, remark=self._remark)
        except Blind as error:
            first = error
        return self._second_source(since, first)

    def _second_source(self, since: datetime, first: Blind) -> LogWindow:
        try:
            window = self._fly.logs(since)
        except Blind as second:
            kind = type(first) if type(first) is type(second) else Blind
            raise kind(f"the log cannot be read: {first} | and with fly: {second}") from None
        self._remark(f"the log came from fly logs, since the logs API did not give it: {first}")
        return window


def connect(target: Target, remark: Remark = unheard) -> Platform:
    """The platform of a target; nothing is asked yet.

    Raises:
        NotAuthorised: The target names a token's variable and nobody set it.
        Blind: The target has no platform.
    """
    part = target.platform
    if part is None:
        raise Blind(f"{target.file} has no [platform]; expected one. Add it with kind and app")
    token = target.secret(part.token_env) if part.token_env else None
    return FlyPlatform(part.app, target.environment, token, remark)
