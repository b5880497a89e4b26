"""A project of its own for each test: check files, a target file and a pytest.ini, run as a user runs them."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg2  # noqa: F401  # as requests
import pytest
import requests  # noqa: F401  # else the first run within this process would, and pytester drops half of it afterwards

from ops_tests.records.run import CheckRecord, RunRecord
from tests.loaded import load_package
from tests.running import UNSET

load_package()  # as requests

INI = """\
[pytest]
strict = true
ops_checks = .
timeout_method = signal
"""
HEAD = 'import pytest\n\npytestmark = pytest.mark.runbook("shop.md#open")\n\n'
Eventually = Callable[[Callable[[], bool]], None]
SECONDS = 30
"""A run that has not ended by then is stuck."""


@dataclass
class Reports:
    """What the runs in a folder left behind."""

    folder: Path

    @property
    def reports(self) -> Path:
        """Where the reports are."""
        return self.folder / "reports"

    def record(self) -> RunRecord:
        """The record of the latest run."""
        return RunRecord.model_validate_json((self.reports / "latest.json").read_text(encoding="utf-8"))

    def check(self, name: str) -> CheckRecord:
        """The record of the one check of this name."""
        (found,) = [one for one in self.record().checks if one.check == name]
        return found

    def outcomes(self) -> dict[str, str]:
        """Outcome by check."""
        return {one.check: one.outcome for one in self.record().checks}

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project, without the text's common indent."""
        path = self.folder / name
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def checks(self, source: str, subject: str = "shop") -> None:
        """Write ``test_<subject>.py`` in which every test is a check."""
        self.write(f"test_{subject}.py", HEAD + textwrap.dedent(source))

    def target(self, name: str = "shop", base_url: str = "http://127.0.0.1:9", more: str = "") -> str:
        """Write a target file and return its name; nothing listens at the default address."""
        self.write(f"{name}.toml", f'name = "{name}"\nbase_url = "{base_url}"\n{textwrap.dedent(more)}')
        return f"{name}.toml"


@dataclass
class Project(Reports):
    """A folder with checks of its own, and the ways to run them."""

    pytester: pytest.Pytester

    def run(self, *arguments: str) -> pytest.RunResult:
        """Run in a process of its own, with exactly these arguments."""
        return self.pytester.runpytest_subprocess("-p", "no:cacheprovider", *arguments, timeout=SECONDS)

    def run_here(self, *arguments: str) -> pytest.RunResult:
        """Run inside this process, which is quicker, where neither workers nor the process itself matter."""
        return self.pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)

    def run_on_shop(self, *arguments: str) -> pytest.RunResult:
        """Run on a target that has nothing but a base_url: with workers in processes of their own, else here."""
        run = self.run if "-n" in arguments and "2" in arguments else self.run_here
        return run("--target", self.target(), *arguments)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project in an environment that names no target."""
    for variable in UNSET:
        monkeypatch.delenv(variable, raising=False)
    made = Project(pytester.path, pytester)
    made.write("pytest.ini", INI)
    return made


IN_BOTH_WAYS = pytest.mark.parametrize(
    "workers", ["0", pytest.param("2", marks=pytest.mark.long)], ids=["in one process", "in two workers"]
)
"""Starting two workers costs three seconds, so only ``make test-long``, and so CI, proves it for them."""


@pytest.fixture
def eventually() -> Eventually:
    """Wait until something comes true, for a generous time."""

    def wait(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, "it never came true"
            time.sleep(0.02)

    return wait
