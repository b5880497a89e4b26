"""Runs the suite as a user does, in a process of its own and a folder of its own, and reads its record."""

from __future__ import annotations

import json
import os
import select
import shlex
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ops_tests.records.run import CheckRecord, RunRecord

REPOSITORY = Path(__file__).parents[1]
UNSET = ("OPS_TARGET", "CI", "SHOPIFY_API_SECRET", "DATABASE_URL", "OPERATOR_DATABASE_URL",
         "BACKUP_DATABASE_URL", "FLY_API_TOKEN",
         "FLY_API_BASE_URL", "FLY_EXEC_TOKEN", "FLY_ACTS_TOKEN", "FLY_REGISTRY_HOST",
         "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACTS_TOKEN", "CLOUDFLARE_ACCOUNT_ID", "CLOUDFLARE_API_BASE_URL",
         "CLOUDFLARE_API_KEY", "CLOUDFLARE_EMAIL", "CLOUDFLARE_ENV")  # fmt: skip
GIVEN_UP_SECONDS = 150
MEMORY = Path("/dev/shm")
ROOM = 1 << 30
"""Bytes; a sandbox takes less than 20 MB, and each worker has one."""


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


def _in_a_fork(arguments: list[str], folder: Path, environ: dict[str, str], output: str) -> int:
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    order = {"arguments": arguments, "folder": str(folder), "environ": environ, "output": output}
    server.stdin.write(json.dumps(order).encode() + b"\n")
    server.stdin.flush()
    answer = server.stdout.readline() if select.select([server.stdout], [], [], GIVEN_UP_SECONDS)[0] else b""
    if not answer:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        _server.cache_clear()
        raise TimeoutError(f"pytest {shlex.join(arguments)} did not end within {GIVEN_UP_SECONDS} s")
    return int(answer)


@cache
def _server() -> subprocess.Popen[bytes]:
    """The process that runs are forked from; it ends with this one, whose end closes its input."""
    command = [sys.executable, "-m", "tests.forking"]
    return subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**os.environ, **_in_memory()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def _in_memory() -> dict[str, str]:
    """Have sandboxes stand in memory, if there is room and programs may be run there.

    Where hundreds of files come and go, ext4 looks through all that were deleted lately for each that is made.
    """
    try:
        system = os.statvfs(MEMORY)
    except FileNotFoundError:
        return {}
    fits = system.f_bavail * system.f_frsize > ROOM and not system.f_flag & os.ST_NOEXEC
    return {"TMPDIR": str(MEMORY)} if fits and os.access(MEMORY, os.W_OK) else {}
