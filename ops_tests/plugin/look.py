"""What an observation may use: one look at one target, with the clients made when they are first asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ops_tests.clients.ways import database_of

if TYPE_CHECKING:
    from ops_tests.clients.cloudflare import CloudflarePlatform
    from ops_tests.clients.database import Database
    from ops_tests.clients.fly_platform import FlyPlatform
    from ops_tests.clients.platform import Platform
    from ops_tests.clients.web import Web
    from ops_tests.plugin.gather import Gatherer
    from ops_tests.plugin.state import Run
    from ops_tests.target import Target


@dataclass
class Look:
    """What an observation may use: the target, its clients, other observations, and a way to say what happened.

    Attributes:
        target: What is looked at.
        run: The session's run.
        gatherer: Who made this look.
        remarks: What the clients had to say ("asked again after 1.2 s").
    """

    target: Target
    run: Run
    gatherer: Gatherer
    remarks: list[str] = field(default_factory=list)

    def see(self, name: str) -> Any:
        """The result of another observation, started if nobody did.

        Raises:
            Blind: What that observation raised.
        """
        return self.gatherer.result(self.target, name)

    def wanted(self, name: str) -> bool:
        """Whether a selected check asks for the named observation."""
        return self.gatherer.wanted(self.target, name)

    @cached_property
    def web(self) -> Web:
        """The HTTP client."""
        from ops_tests.clients.web import Web

        return Web(self.target.base_url, remark=self.remarks.append, authority=self.target.authority)

    @cached_property
    def platform(self) -> Platform:
        """What every platform can be asked: releases, secret names."""
        from ops_tests.clients.platform import connect

        return connect(self.target, self.remarks.append)

    @cached_property
    def fly(self) -> FlyPlatform:
        """What only Fly.io can be asked: machines, logs, images, backups (only on targets with ``platform.app``)."""
        from ops_tests.clients.fly_platform import connect

        return connect(self.target, self.remarks.append)

    @cached_property
    def cloudflare(self) -> CloudflarePlatform:
        """What only Cloudflare can be asked: a live watch, D1 (only on targets with ``platform.worker``)."""
        from ops_tests.clients.cloudflare import connect

        return connect(self.target, self.remarks.append)

    @cached_property
    def database(self) -> Database:
        """The read-only database client."""
        return database_of(self.target, self.run.proxies, self.remarks.append)
