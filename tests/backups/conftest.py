"""A live sandbox whose backup is restored, and its superuser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ops_tests.acts import restoring
from ops_tests.permit import Permit, grant
from ops_tests.records.restore import Restore
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.target import Secret, Target
from ops_tests.target_file import load_target
from tests.running import environment
from tests.superuser import superuser_of

NAME = "sandbox-live"


@dataclass(frozen=True)
class Shop:
    """A live sandbox, and the drill about it.

    Attributes:
        sandbox: The sandbox.
        folder: The project's folder of this test, with ``target.toml``.
        cursor: The superuser's.
    """

    sandbox: Sandbox
    folder: Path
    cursor: Any = field(repr=False)

    @property
    def dsn(self) -> Secret:
        """The connection string of the role that dumps."""
        return Secret("BACKUP_DATABASE_URL", self.sandbox.environment["BACKUP_DATABASE_URL"])

    @property
    def permit(self) -> Permit:
        """The permission to act on it."""
        return grant(self.target(), (NAME,), "run")

    def environ(self, **variables: str) -> dict[str, str]:
        """The environment of a run about this sandbox."""
        return environment(**{**self.sandbox.environment, **variables})

    def target(self, **variables: str) -> Target:
        """The target file as it stands."""
        return load_target(self.folder / "target.toml", self.environ(**variables))

    def change(self, old: str, new: str) -> None:
        """Change the target file."""
        path = self.folder / "target.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def restored(self, progress: Callable[[str], None] = lambda _: None, **variables: str) -> Restore:
        """Make the drill."""
        return restoring.restored(self.target(**variables), self.permit, progress)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that is up for all tests of a module."""
    started = Sandbox.start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def superuser(sandbox: Sandbox) -> Iterator[Any]:
    """A cursor that may do everything there."""
    with superuser_of(sandbox) as cursor:
        yield cursor


@pytest.fixture
def shop(sandbox: Sandbox, superuser: Any, tmp_path: Path) -> Shop:
    """The sandbox, with a target file of this test's own."""
    write_files(sandbox, tmp_path)
    return Shop(sandbox, tmp_path, superuser)
