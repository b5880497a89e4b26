"""Fly.io as a platform: what checks ask of it, from ``fly``, its logs API and its registry."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.clients import fly, fly_backups, fly_logs
from ops_tests.clients.budget import Budget
from ops_tests.clients.fly import Fly
from ops_tests.clients.fly_exec import FlyExec
from ops_tests.clients.registry import FLY, Registry
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.errors import Blind, NotAuthorised, UsageProblem
from ops_tests.records.logs import LogWindow

if TYPE_CHECKING:
    from ops_tests.records.backups import Shelf, Volume
    from ops_tests.records.images import ImageSize
    from ops_tests.records.platform import Image, Machine, Release, SecretName
    from ops_tests.records.runtime import Runtime
    from ops_tests.target import Secret, Target
    from ops_tests.target_parts import BackupPlace
    from ops_tests.target_parts import FlyPlatform as FlyPart

API_URL = "https://api.fly.io"
SEVERAL_SECONDS = 25.0
"""How long questions may go on to begin where one observation asks several: each volume, image or machine."""
STRIDE = timedelta(hours=12)
"""How much of the log is read in one go on the way into the past: two lines a second are more than a go can hold."""


def worst_seconds() -> float:
    """The longest one question takes that ``fly`` answers."""
    return fly.worst_seconds()


def worst_log_seconds() -> float:
    """The longest a look into the log takes: the logs API to its end in vain, then ``fly logs``."""
    return fly_logs.worst_seconds() + fly.worst_seconds(fly.LOGS_SECONDS)


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
        self._environ = environ
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

    def next_logs(self, since: datetime) -> LogWindow:
        """The app's log lines from ``since`` on, a page at a time, for whoever follows the log.

        From the logs API it is complete, and of a full page ends with its newest line. The one page of ``fly logs`` is
        not complete where it does not reach back to ``since``.

        Raises:
            Blind: As ``logs``.
        """
        if self._token is None:
            return self._fly.logs(since)
        try:
            return fly_logs.next_page(self._app, self._token, self._api_url, since, self._remark)
        except Blind as error:
            first = error
        return self._second_source(since, first)

    def past_logs(self, since: datetime, until: datetime, seconds: float) -> LogWindow:
        """Walk back from ``until`` in strides of 12 h, until ``since``, an empty stride or the end of the time.

        Fly.io keeps the log for about a week, and an API asked for older lines has none: an empty stride is the end of
        what is kept, and no evidence of silence. Without a token it is the one page of ``fly logs``.

        Args:
            since: The oldest moment of interest.
            until: The newest moment of interest.
            seconds: How long to go on; the stride under way then is still read.

        Returns:
            What was read without a gap up to ``until``; complete when it reaches ``since``.

        Raises:
            Blind: Not even the newest stride could be read.
        """
        if self._token is None:
            return self._fly.logs(since)
        windows: list[LogWindow] = []
        start, ends_at = until, time.monotonic() + seconds
        with closing(fly_logs.Pages(self._app, self._token, self._api_url, self._remark)) as pages:
            while start > since and time.monotonic() < ends_at:
                stop, start = start, max(since, start - STRIDE)
                window = self._stride(pages, start, stop, newest=not windows)
                if window is None or not window.lines:
                    break
                windows.insert(0, window)
        lines = tuple(line for window in windows for line in window.lines)
        reached = windows[0].since if windows else until
        return LogWindow(since, until, lines, reached <= since, fly_logs.SOURCE)

    def _stride(self, pages: fly_logs.Pages, start: datetime, stop: datetime, *, newest: bool) -> LogWindow | None:
        """One stride, or None where the way back ends; only the newest may come from the second source."""
        try:
            window = fly_logs.stretch(pages, start, stop)
        except Blind as error:
            if newest:
                return self._second_source(start, error)
            self._remark(f"the log before {stop:%Y-%m-%d %H:%M}Z was not read: {error}")
            return None
        return window if window.complete else None

    def _second_source(self, since: datetime, first: Blind) -> LogWindow:
        try:
            window = self._fly.logs(since)
        except Blind as second:
            kind = type(first) if type(first) is type(second) else Blind
            raise kind(f"the log cannot be read: {first} | and with fly: {second}") from None
        self._remark(f"the log came from fly logs, since the logs API did not give it: {first}")
        return window

    def backups(self, place: BackupPlace, machines: Sequence[Machine]) -> tuple[Shelf, ...]:
        """The snapshots of an app's volumes, one shelf a volume, or the backups of a Managed Postgres cluster.

        Raises:
            NotCovered: What is listed belongs to another app, or nothing is listed that could be backed up.
            Blind: fly did not answer with a list.
        """
        budget = Budget(SEVERAL_SECONDS)
        if place.kind == "managed-postgres":
            cluster = place.cluster or ""
            known = self._fly.mpg_list(place.organisation or "")
            budget.demand(f"fly for the backups of {cluster}")
            return (fly_backups.of_cluster(cluster, known, self._app, lambda: self._fly.mpg_backup_list(cluster)),)
        app = place.app or self._app
        fly = self._fly if app == self._app else Fly(app, self._environ, self._token, self._remark)
        owners = machines if app == self._app else fly.machine_list()
        budget.demand(f"fly for the volumes of {app}")
        volumes = fly_backups.attached(fly.volumes_list(), owners, app)
        return tuple(_shelf(fly, app, volume, budget) for volume in volumes)

    def image_sizes(self, images: Sequence[Image]) -> tuple[ImageSize, ...]:
        """How large the images are in Fly.io's registry; ``FLY_REGISTRY_HOST`` moves it, as it does for fly.

        Raises:
            NotAuthorised: The target names no token: the registry does not take the engineer's own login from us.
            Blind: The registry did not answer with manifests.
        """
        if self._token is None:
            raise NotAuthorised("the registry needs a token; name its variable in the target file: platform.token_env")
        budget = Budget(SEVERAL_SECONDS)
        registry = Registry(self._environ.get("FLY_REGISTRY_HOST") or FLY, self._token, self._remark)
        try:
            return tuple(_size(registry, image, budget) for image in images)
        finally:
            registry.close()

    def runtimes(self, machines: Sequence[str], token: Secret) -> tuple[Runtime, ...]:
        """The inside of started machines, by ``fly machine exec``.

        Raises:
            Blind: As ``FlyExec.runtime``.
        """
        inside = FlyExec(Fly(self._app, self._environ, token, self._remark), token, self._app)
        budget = Budget(SEVERAL_SECONDS)
        return tuple(_runtime(inside, machine, budget) for machine in machines)


def _shelf(fly: Fly, app: str, volume: Volume, budget: Budget) -> Shelf:
    budget.demand(f"fly for the snapshots of {volume.id}")
    return fly_backups.of_volume(volume, app, fly.volumes_snapshots_list(volume.id))


def _size(registry: Registry, image: Image, budget: Budget) -> ImageSize:
    budget.demand(f"the registry for {image}")
    return registry.size(image)


def _runtime(inside: FlyExec, machine: str, budget: Budget) -> Runtime:
    budget.demand(f"fly for the inside of machine {machine}")
    return inside.runtime(machine)


def connect(target: Target, remark: Remark = unheard) -> FlyPlatform:
    """Fly.io for a target; nothing is asked yet.

    Raises:
        NotAuthorised: The target names a token's variable and nobody set it.
        UsageProblem: The target does not run on Fly.io.
    """
    part = part_of(target)
    token = target.secret(part.token_env) if part.token_env else None
    return FlyPlatform(part.app, target.environment, token, remark)


def part_of(target: Target) -> FlyPart:
    """The target's platform.

    Raises:
        UsageProblem: It has none, or another than Fly.io.
    """
    if target.cloudflare:
        worker = target.cloudflare.worker
        raise UsageProblem(
            f"{target.name} runs on Cloudflare, and this knows Fly.io only. Look with: wrangler deployments list "
            f"--name {worker}, wrangler tail {worker}; go back with: wrangler rollback --name {worker}"
        )
    if target.fly is None:
        raise UsageProblem(f"{target.file} has no [platform]; expected one. Add it with kind and app")
    return target.fly
