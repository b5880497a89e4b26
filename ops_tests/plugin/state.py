"""What one pytest session knows, kept in its config's stash so that nothing is global to the process."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ops_tests.clients.fly_proxy import FlyProxy
    from ops_tests.plugin.gather import Gatherer
    from ops_tests.plugin.options import Settings
    from ops_tests.records.run import CheckRecord, Drill, RunRecord, SampledTimes, SyntheticDelivery, Waiver
    from ops_tests.sandbox.embedded import Starting
    from ops_tests.target import Target


@dataclass
class Run:
    """The session's checks: what was asked, the targets, and what came of it.

    Attributes:
        settings: What was asked for.
        targets: By name, in the order given; of a shard its own. The sandbox's is the packaged file until it has
            started.
        typed: By target, what follows ``--target`` to name it alone (on the controller).
        elsewhere: How many targets are named that other shards check.
        run_id: Unique to the run, shared by its xdist workers.
        started_at: UTC.
        sandboxes: The embedded targets that are started here, by name.
        records: The finished checks, as they arrive (on the controller).
        not_applicable: The checks that were left out, with the reason.
        complaints: What the operator must know about the run itself ("the report could not be written").
        final: The run record once the session has ended.
        broken: Why the run as a whole cannot be trusted (internal errors), else "".
        gatherer: The observations, made when the first is asked for.
        waivers: What is waived, by target.
        deliveries: The synthetic deliveries, written down before they are sent; a worker's go on to the controller.
        samples: The response times that were measured; likewise.
        drills: The drills that were made, in their order; likewise.
        proxies: The proxies to databases, by target; they end with the commands that still run.
        live: Release and image by target, as workers saw them.
        deploying: The deploy under way by target, as a phrase; alerts are held meanwhile.
        own: Checks that the run makes of itself; a finding of them counts, but they are not collected.
        tell_progress: Told what a long run is waiting for; does nothing where nobody watches.
        patience_seconds: Of a look that somebody makes by hand: so long each observation is waited for, no other run
            is, and nobody is alerted. None for a run of a suite.
    """

    settings: Settings
    targets: dict[str, Target]
    run_id: str = field(default_factory=lambda: secrets.token_hex(4))
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    typed: dict[str, str] = field(default_factory=dict)
    elsewhere: int = 0
    sandboxes: dict[str, Starting] = field(default_factory=dict)
    records: list[CheckRecord] = field(default_factory=list)
    not_applicable: list[CheckRecord] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    final: RunRecord | None = None
    broken: str = ""
    gatherer: Gatherer | None = None
    waivers: dict[str, tuple[Waiver, ...]] = field(default_factory=dict)
    deliveries: list[SyntheticDelivery] = field(default_factory=list)
    samples: list[SampledTimes] = field(default_factory=list)
    drills: list[Drill] = field(default_factory=list)
    proxies: dict[str, FlyProxy] = field(default_factory=dict)
    live: dict[str, tuple[str, str]] = field(default_factory=dict)
    deploying: dict[str, str] = field(default_factory=dict)
    own: list[CheckRecord] = field(default_factory=list)
    tell_progress: Callable[[str], None] = lambda _: None
    patience_seconds: float | None = None


RUN = pytest.StashKey[Run]()


def run_of(config: pytest.Config) -> Run | None:
    """The session's run, or None when no checks are about to run and the plugin stays out of the way."""
    return config.stash.get(RUN, None)


def is_worker(config: pytest.Config) -> bool:
    """Whether this is an xdist worker: workers look, the controller tells."""
    return hasattr(config, "workerinput")
