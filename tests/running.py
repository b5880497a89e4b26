"""Runs the suite as a user does, in a process of its own and a folder of its own, and reads its record."""

from __future__ import annotations

import multiprocessing
import os
import shlex
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops_tests.records.run import CheckRecord, RunRecord

REPOSITORY = Path(__file__).parents[1]
UNSET = ("OPS_TARGET", "CI", "SHOPIFY_API_SECRET", "DATABASE_URL", "FLY_API_TOKEN", "FLY_API_BASE_URL",
         "FLY_EXEC_TOKEN", "FLY_REGISTRY_HOST")  # fmt: skip
IMPORTED = ("pytest", "pytest_html", "xdist", "pydantic", "requests", "psycopg2", "jinja2", "markdown_it", "sqlite3")
"""None of it is ours: pytest rewrites the asserts of our modules while it imports them."""
GIVEN_UP_SECONDS = 150
_FORKS = multiprocessing.get_context("forkserver")


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

    As in a user's environment there is no hypothesis, whose plugin imports all of it at the end of every run. The
    process is forked from one that has imported what every run does, a fifth of a run's work.
    """
    command = ["-c", str(REPOSITORY / "pytest.ini"), "--rootdir", str(folder), "-p", "no:cacheprovider"]
    command += ["-p", "no:hypothesispytest", str(REPOSITORY / "ops_tests" / "checks"), *arguments]
    with tempfile.NamedTemporaryFile() as output:
        status = _in_a_fork(command, folder, environ or environment(), output.name)
        said = output.read().decode(errors="replace")
    latest = folder / "reports" / "latest.json"
    record = RunRecord.model_validate_json(latest.read_text(encoding="utf-8")) if latest.is_file() else None
    return Finished(status, said, record)


def _in_a_fork(command: list[str], folder: Path, environ: dict[str, str], output: str) -> int:
    _FORKS.set_forkserver_preload(list(IMPORTED))
    process = _FORKS.Process(target=_pytest, args=(command, str(folder), environ, output))
    process.start()
    process.join(GIVEN_UP_SECONDS)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise TimeoutError(f"pytest {shlex.join(command)} did not end within {GIVEN_UP_SECONDS} s")
    return process.exitcode


def _pytest(command: list[str], folder: str, environ: dict[str, str], output: str) -> None:
    """Be ``python -m pytest`` in that folder and environment."""
    written = os.open(output, os.O_WRONLY | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    # Python has read it from the environment of the process that this one was forked from.
    sys.path[:0] = filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))
    sys.argv = [pytest.__file__, *command]
    sys.exit(pytest.main(command))
