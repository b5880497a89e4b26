"""A live sandbox of each file, whose target may be acted on, and drills on it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops_tests.acts.journal import journal_of
from ops_tests.acts.steady import steady_state
from ops_tests.records.drill import SteadyState
from ops_tests.records.run import CheckRecord, RunRecord
from ops_tests.rules.drills import left_behind
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.target import Target
from ops_tests.target_file import load_target
from tests.patience import patient
from tests.running import REPOSITORY, environment

NAME = "sandbox-live"


@dataclass(frozen=True)
class Shop:
    """A live sandbox, and a project's folder with its target file.

    Attributes:
        sandbox: The sandbox.
        folder: The project's folder.
        before: What it was like when the test began.
    """

    sandbox: Sandbox
    folder: Path
    before: SteadyState

    @property
    def target(self) -> Target:
        """The target as its file stands."""
        return load_target(self.folder / "target.toml", environment(**self.sandbox.environment))

    @property
    def journal(self) -> Path:
        """Where the undo journal lies while something is open."""
        return self.folder / "reports" / f".{NAME}.journal"

    def drill(self, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Make drills: ``pytest -m acts`` with further words."""
        return self._run("pytest", *self.checks(), "-m", "acts", "--permit", NAME, *words, **variables)

    def checks(self) -> tuple[str, ...]:
        """The words behind ``pytest`` that reach the checks."""
        place = ("-c", str(REPOSITORY / "pytest.ini"), "--rootdir", str(self.folder), "-p", "no:cacheprovider")
        return (*place, str(REPOSITORY / "ops_tests" / "checks"), "--target=target.toml", "-p", "no:hypothesispytest")

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type a command of the suite."""
        return self._run("ops_tests", *words, "--target", "target.toml")

    def recover(self) -> subprocess.CompletedProcess[str]:
        """Undo what a killed drill left."""
        return self.command("recover", "--permit", NAME, "--yes")

    def left(self) -> list[str]:
        """In what it is not as it was when the test began."""
        now = steady_state(self.target, journal_of(self.folder / "reports", self.target), {})
        return left_behind(self.before, now)

    def record(self) -> RunRecord:
        """The record of the newest run."""
        return RunRecord.model_validate_json((self.folder / "reports" / "latest.json").read_text(encoding="utf-8"))

    def check(self, name: str) -> CheckRecord:
        """What a check of the newest run came to."""
        (found,) = [one for one in self.record().checks if one.check == f"drill/{name}"]
        return found

    def _run(self, module: str, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
        environ = environment(**{**self.sandbox.environment, "PYTHONPATH": path, **variables})
        words = ("-m", module, *words)
        return subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=environ, capture_output=True, text=True, timeout=240,
            check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox of this file alone: each test leaves it as it was."""
    sandbox = Sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture
def shop(running: Sandbox, tmp_path: Path) -> Shop:
    """The sandbox, with a folder of this test's own."""
    write_files(running, tmp_path)
    file = tmp_path / "target.toml"
    file.write_text(patient(file.read_text(encoding="utf-8")), encoding="utf-8")
    target = load_target(file, environment(**running.environment))
    return Shop(running, tmp_path, steady_state(target, journal_of(tmp_path / "reports", target), {}))
