"""A sandbox that is kept up, with dead letters planted by its superuser, and the commands about them."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops_tests.clients.fly_platform import connect
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.target import Target
from ops_tests.target_file import load_target
from tests.running import environment
from tests.superuser import superuser_of

ROW = '"retryCount", "retriedAt" IS NOT NULL, "lastError", payload'
SOON, PATIENTLY = "effect_within_seconds = 1\n", "effect_within_seconds = 9\n"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Mail:
    """The dead letters of a live sandbox, and the commands about them.

    Attributes:
        sandbox: The sandbox.
        folder: The project's folder of this test, with ``target.toml``.
        cursor: The superuser's.
    """

    sandbox: Sandbox
    folder: Path
    cursor: Any = field(repr=False)

    def plant(self, topic: str, payload: Any = None, *, minutes: float = 5, tries: int = 0, shop: str = "") -> str:
        """Put a letter aside and return its id; by default of a shop that has no session."""
        number = next(_NUMBERS)
        letter_id = f"cmletter{number:017d}"
        domain = shop or f"letters-{number}.myshopify.com"
        at = datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=minutes)
        text = payload if isinstance(payload, str) else json.dumps(payload or {"shop_domain": domain, "n": number})
        self.cursor.execute(
            'INSERT INTO dead_letters (id, topic, shop, payload, error, "retryCount", "createdAt") '
            "VALUES (%s, %s, %s, %s, 'Timed out for owner@example.invalid', %s, %s)",
            (letter_id, topic, domain, text, tries, at),
        )
        return letter_id

    def row(self, letter_id: str) -> tuple[int, bool, str | None, str]:
        """Retry count, whether it was replayed, the last error and the payload."""
        self.cursor.execute(f"SELECT {ROW} FROM dead_letters WHERE id = %s", (letter_id,))
        (found,) = self.cursor.fetchall()
        return tuple(found)

    def waiting(self) -> list[str]:
        """The ids of the letters that wait."""
        self.cursor.execute('SELECT id FROM dead_letters WHERE "retriedAt" IS NULL ORDER BY id')
        return [letter_id for (letter_id,) in self.cursor.fetchall()]

    def count(self, rows: str, *parameters: Any) -> int:
        """How many rows there are: ``webhook_events WHERE shop = %s``."""
        self.cursor.execute(f"SELECT count(*) FROM {rows}", parameters)
        return int(self.cursor.fetchone()[0])

    def shop(self, letter_id: str) -> str:
        """The letter's shop."""
        self.cursor.execute("SELECT shop FROM dead_letters WHERE id = %s", (letter_id,))
        return str(self.cursor.fetchone()[0])

    def worked(self, letter_id: str, words: str) -> int:
        """How often the application logged these words about the letter's shop."""
        window = connect(self.target()).logs(datetime.now(UTC) - timedelta(minutes=3))
        return sum(f"{words} for {self.shop(letter_id)}" in line.message for line in window.lines)

    def target(self) -> Target:
        """The target file as it stands."""
        return load_target(self.folder / "target.toml", self.environ())

    def environ(self, **variables: str) -> dict[str, str]:
        """The environment of a command about this sandbox."""
        return environment(**{**self.sandbox.environment, **variables})

    def change(self, old: str, new: str) -> None:
        """Change the target file."""
        path = self.folder / "target.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def command(self, *words: str) -> list[str]:
        """The command line about this sandbox."""
        return [sys.executable, "-m", "ops_tests", *words, "--target", str(self.folder / "target.toml")]

    def run(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            self.command(*words), cwd=self.folder, env=self.environ(**variables), capture_output=True,
            text=True, timeout=120, check=False,
        )  # fmt: skip

    def act(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command that may change something."""
        return self.run(*words, "--yes", "--permit", "sandbox-live", **variables)


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
def mail(sandbox: Sandbox, superuser: Any, tmp_path: Path) -> Mail:
    """The sandbox without any letter that waits; effects are waited for however busy this machine is."""
    write_files(sandbox, tmp_path)
    superuser.execute('DELETE FROM dead_letters WHERE "retriedAt" IS NULL')
    mail = Mail(sandbox, tmp_path, superuser)
    mail.change(SOON, PATIENTLY)
    return mail


@pytest.fixture
def told() -> Callable[[subprocess.CompletedProcess[str], int], str]:
    """All that a command said, which must end with a status, without traceback, secret and personal data."""

    def check(done: subprocess.CompletedProcess[str], status: int) -> str:
        said = done.stdout + done.stderr
        assert done.returncode == status, said
        assert "Traceback" not in said
        assert not re.search(r"postgresql://|owner@example|shpss_|fm2_|letters-\d+\.myshopify", said)
        return said

    return check
