"""Runs the suite as a user does, in a process of its own and a folder of its own, and reads its record."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from ops_tests.records.run import CheckRecord, RunRecord

REPOSITORY = Path(__file__).parents[1]
UNSET = ("OPS_TARGET", "CI", "SHOPIFY_API_SECRET", "DATABASE_URL", "FLY_API_TOKEN", "FLY_API_BASE_URL",
         "FLY_EXEC_TOKEN", "FLY_REGISTRY_HOST")  # fmt: skip


@dataclass(frozen=True)
class Finished:
    """A finished run: its exit status, all it printed, and its record if it wrote one."""

    status: int
    output: str
    record: RunRecord | None

    @property
    def lines(self) -> list[str]:
        """What was printed, without empty lines."""
        return [line for line in self.output.splitlines() if line.strip()]

    def turned(self) -> dict[str, tuple[str, str | None]]:
        """Outcome and level of every check that is a finding or blind."""
        return {one.check: (one.outcome, one.level) for one in self.checks() if one.outcome in {"finding", "blind"}}

    def checks(self) -> tuple[CheckRecord, ...]:
        """The records of the run's checks."""
        assert self.record is not None, self.output
        return self.record.checks


def environment(**variables: str) -> dict[str, str]:
    """The environment of the tests without anything that names a target, plus the given variables."""
    return {key: value for key, value in os.environ.items() if key not in UNSET} | variables


def run_suite(folder: Path, *arguments: str, environ: dict[str, str] | None = None) -> Finished:
    """Run the checks with ``folder`` as root, so that reports, history and ``.env`` are the test's own.

    As in a user's environment there is no hypothesis, whose plugin imports all of it at the end of every run.
    """
    command = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pytest.ini"), "--rootdir", str(folder)]
    command += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest"]
    command += [str(REPOSITORY / "ops_tests" / "checks"), *arguments]
    ended = subprocess.run(
        command,
        cwd=folder,
        env=environ or environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=150,
        check=False,
    )
    latest = folder / "reports" / "latest.json"
    record = RunRecord.model_validate_json(latest.read_text(encoding="utf-8")) if latest.is_file() else None
    return Finished(ended.returncode, ended.stdout.decode(errors="replace"), record)
