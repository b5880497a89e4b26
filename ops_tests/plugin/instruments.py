"""The fixtures somebody writing the next check starts from: ``fly``, ``database``, ``limits``, ``now`` and the like."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from ops_tests.clients.ways import database_of
from ops_tests.plugin.applicable import NEEDS, needs_parts
from ops_tests.plugin.state import run_of

if TYPE_CHECKING:
    from ops_tests.clients.database import Database
    from ops_tests.clients.fly import Fly
    from ops_tests.clients.wrangler import Wrangler
    from ops_tests.limits import Limits
    from ops_tests.plugin.options import Settings
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint


@dataclass(frozen=True)
class ExpectedVersion:
    """What ``--expect-image`` and ``--expect-release`` say must be live."""

    image: str
    release: int | None

    def __str__(self) -> str:
        release = f"release v{self.release}" if self.release is not None else ""
        return " and ".join(part for part in (f"image {self.image}" if self.image else "", release) if part)


def _expected_version_is_named(_target: Target, _endpoint: Endpoint | None, settings: Settings) -> str:
    named = settings.expect_image or settings.expect_release is not None
    return "" if named else "neither --expect-image nor --expect-release was given"


NEEDS["fly"] = needs_parts("platform.app")
NEEDS["wrangler"] = needs_parts("platform.worker")
NEEDS["database"] = needs_parts("database")
NEEDS["wanted_memory_mb"] = needs_parts("platform.memory_mb")
NEEDS["expected_version"] = _expected_version_is_named


@pytest.fixture(scope="session")
def fly(target: Target) -> Fly:
    """Fly's command line for the target's app, one method per command (only on targets with ``platform.app``)."""
    from ops_tests.clients.fly import Fly

    part = target.fly
    assert part is not None, "only applicable with platform.app"  # noqa: S101  # NEEDS has seen to it
    return Fly(part.app, target.environment, target.secret(part.token_env) if part.token_env else None)


@pytest.fixture(scope="session")
def wrangler(target: Target) -> Wrangler:
    """Wrangler for the target's Worker, one method per command (only on targets with ``platform.worker``)."""
    from ops_tests.clients.wrangler import Wrangler

    part = target.cloudflare
    assert part is not None, "only applicable with platform.worker"  # noqa: S101  # NEEDS has seen to it
    token = target.secret(part.token_env) if part.token_env else None
    return Wrangler(part.worker, target.environment, token, part.account)


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest, target: Target) -> Database:
    """The read-only database client: ``database.rows("SELECT ...")`` (only on targets with ``[database]``)."""
    from ops_tests.clients.remarks import unheard

    run = run_of(request.config)
    assert run is not None, "clients are made only in a run of checks"  # noqa: S101  # cannot happen behind `target`
    return database_of(target, run.proxies, unheard)


@pytest.fixture(scope="session")
def limits(target: Target) -> Limits:
    """The target's thresholds."""
    return target.limits


def _part(name: str, key: str, *also: str) -> Any:
    """A session fixture called ``name`` that hands over a part of the target file; without the part, not applicable."""
    NEEDS[name] = needs_parts(key, *also)

    @pytest.fixture(scope="session", name=name)
    def fixture(target: Target) -> Any:
        return getattr(target, key)

    fixture.__doc__ = f"The target file's part [{key}]."
    return fixture


health_part = _part("health_part", "health")
webhooks_part = _part("webhooks_part", "webhooks")
platform_part = _part("platform_part", "platform", "platform.app")
expected_secrets = _part("expected_secrets", "secrets", "platform")
headers_part = _part("headers_part", "headers")
health_gate = _part("health_gate", "health_gate", "platform.app")
runtime_part = _part("runtime_part", "runtime", "platform.app")
logs_part = _part("logs_part", "logs", "platform.app")
dead_letters_part = _part("dead_letters_part", "dead_letters", "database")
retention_part = _part("retention_part", "retention", "database")


@pytest.fixture(scope="session")
def wanted_memory_mb(target: Target) -> int:
    """How much memory each machine must have (only on targets with ``platform.memory_mb``)."""
    return (target.fly and target.fly.memory_mb) or 0


@pytest.fixture(scope="session")
def repository_migrations(target: Target) -> tuple[str, ...]:
    """Names of the migrations in the configured repository folder; none when no folder is configured."""
    folder = target.migrations and target.migrations.folder
    if not folder:
        return ()
    return tuple(sorted(path.parent.name for path in (target.file.parent / folder).glob("*/migration.sql")))


@pytest.fixture(scope="session")
def expected_version(request: pytest.FixtureRequest) -> ExpectedVersion:
    """What the command line says must be live."""
    run = run_of(request.config)
    settings = run.settings if run else None
    return ExpectedVersion(settings.expect_image if settings else "", settings.expect_release if settings else None)


@pytest.fixture(scope="session")
def now() -> datetime:
    """The moment the judging began, UTC: one for the whole session."""
    return datetime.now(UTC)
