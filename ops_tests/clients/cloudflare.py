"""Cloudflare Workers as a platform: what checks ask of it, from ``wrangler``."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ops_tests.clients import command, wrangler, wrangler_json
from ops_tests.clients.command_guard import GRACE_SECONDS
from ops_tests.clients.printed_json import encodable
from ops_tests.clients.remarks import Remark, unheard
from ops_tests.clients.wrangler import Wrangler
from ops_tests.errors import NotFound, UsageProblem
from ops_tests.records.platform import Image, Release, Running, SecretName
from ops_tests.records.workers import D1Answer, D1Bookmark, Watch

if TYPE_CHECKING:
    from ops_tests.target import Secret, Target

SIGHT_SECONDS = 15.0
"""How long our own request may stay unseen: wrangler needs 2 to 3 s to start and connect."""
ASK_SECONDS = 1.0
"""From one request of our own to the next, while none was seen."""
_LOOK_SECONDS = 0.1
SELECT = "SELECT 1 AS one"


def worst_seconds() -> float:
    """The longest one question takes: releases are two calls."""
    return 2 * wrangler.worst_seconds()


def worst_watch_seconds(seconds: float, request_seconds: float) -> float:
    """The longest a watch takes: until it sees, with a request begun just before, the watch itself, and its end."""
    return SIGHT_SECONDS + request_seconds + seconds + GRACE_SECONDS


class CloudflarePlatform:
    """Cloudflare.

    Args:
        worker: The Worker's whole name, environment included.
        environ: The environment ``wrangler`` runs in.
        token: A token that may read the Worker; None for the engineer's own login.
        account: The account's id; None where the token sees one alone.
        staging: The Worker that changes are deployed to first; None where there is none.
        remark: Told when a read was repeated.
    """

    def __init__(
        self,
        worker: str,
        environ: Mapping[str, str],
        token: Secret | None,
        account: str | None = None,
        staging: CloudflarePlatform | None = None,
        remark: Remark = unheard,
    ) -> None:
        self._worker = worker
        self._staging = staging
        self._wrangler = Wrangler(worker, environ, token, account, remark)

    def releases(self) -> tuple[Release, ...]:
        """The Worker's last ten deployments, newest first.

        Raises:
            Blind: As ``Wrangler.deployments_list``.
        """
        found = self._wrangler.deployments_list()
        numbers = self._wrangler.versions_list() if found else {}
        return tuple(self._release(one, numbers) for one in found)

    def _release(self, deployment: wrangler_json.Deployment, numbers: Mapping[str, int]) -> Release:
        shares = tuple((one, self._image(one.version_id)) for one in deployment.versions)
        newest, image = max(shares, key=lambda one: numbers.get(one[0].version_id, 0))
        words = [str(deployment.annotations.get(f"workers/{key}") or "") for key in ("triggered_by", "message")]
        return Release(
            version=numbers.get(newest.version_id, 0),
            status="complete" if len(shares) == 1 and newest.percentage == 100 else f"at {newest.percentage:g} %",
            created_at=wrangler_json.moment(deployment),
            image=image,
            description=encodable(": ".join(filter(None, words))),
            split=tuple(Running(f"{one.percentage:g} % of the requests", whose) for one, whose in shares),
        )

    def _image(self, version: str) -> Image:
        return Image(self._worker, version)

    def staging_releases(self) -> tuple[Release, ...]:
        """The last ten deployments of the Worker that changes are deployed to first, newest first.

        Raises:
            Blind: As ``Wrangler.deployments_list``, or the target file names no such Worker.
        """
        if self._staging is None:
            raise NotFound("the target file names no Worker for staging; expected platform.staging")
        return self._staging.releases()

    def secret_names(self) -> tuple[SecretName, ...]:
        """The Worker's secrets, by name.

        Raises:
            Blind: As ``Wrangler.secret_list``.
        """
        return self._wrangler.secret_list()

    def d1_answer(self, database: str) -> D1Answer:
        """What a D1 database answers to ``SELECT 1``.

        Raises:
            Blind: As ``Wrangler.d1_execute``.
        """
        return self._wrangler.d1_execute(database, SELECT)

    def d1_bookmark(self, database: str) -> D1Bookmark:
        """The bookmark that D1's time travel would lead back to.

        Raises:
            Blind: As ``Wrangler.d1_time_travel_info``.
        """
        return self._wrangler.d1_time_travel_info(database)

    def watch(self, seconds: float, ask: Callable[[str], None]) -> Watch:
        """Watch the Worker's invocations live, with requests of our own among them until one is seen.

        Args:
            seconds: How long to watch from then on.
            ask: Sends one such request, with this word in its address.

        Raises:
            Blind: wrangler ended, or ``ask`` could not ask.
        """
        word, asked, seen_at = secrets.token_hex(8), 0, 0.0
        with self._wrangler.tail() as tail:
            began = time.monotonic()
            while not seen_at and time.monotonic() < began + SIGHT_SECONDS:
                if time.monotonic() >= began + asked * ASK_SECONDS:
                    ask(word)
                    asked += 1
                time.sleep(_LOOK_SECONDS)
                self._demand(tail)
                seen_at = time.monotonic() if word in tail.said()[0] else 0.0
            while seen_at and time.monotonic() < seen_at + seconds:
                time.sleep(_LOOK_SECONDS)
                self._demand(tail)
            found, damage = wrangler_json.invocations(tail.printed(), word)
        return Watch(self._worker, time.monotonic() - (seen_at or began), found, asked, bool(seen_at), damage)

    def _demand(self, tail: command.Held) -> None:
        """Raise what wrangler said where it ended: it runs until it is told to end."""
        if tail.code is None:
            return
        # Not what it told of visitors: that is theirs, and no word of it says why wrangler ended.
        _, ended_with = wrangler_json.invocations(tail.printed())
        result = command.CommandResult(("wrangler", "tail", self._worker), tail.code, ended_with, tail.said()[1], 0)
        raise self._wrangler.failure(result)


def connect(target: Target, remark: Remark = unheard) -> CloudflarePlatform:
    """Cloudflare for a target; nothing is asked yet.

    Raises:
        NotAuthorised: The target names a token's variable and nobody set it.
        UsageProblem: The target does not run on Cloudflare.
    """
    part = target.cloudflare
    if part is None:
        raise UsageProblem(f'{target.file} has no [platform] of kind "cloudflare"; expected one. Add it with worker')
    token = target.secret(part.token_env) if part.token_env else None
    staging = part.staging and CloudflarePlatform(part.staging, target.environment, token, part.account, None, remark)
    return CloudflarePlatform(part.worker, target.environment, token, part.account, staging or None, remark)
