"""The suite against a Worker that the real ``wrangler dev`` serves on this machine, with a D1, a KV and an R2 of it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ops_tests.clients import wrangler_json
from ops_tests.clients.command import Held
from ops_tests.sandbox.evolution_hub.checks_by_need import API, SAYS_HEALTHY
from ops_tests.sandbox.wrangler_state import DATABASE
from ops_tests.target_file import packaged_targets
from tests.patience import patient
from tests.running import Finished, environment, run_suite

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("real wrangler")]

PATIENCE_SECONDS = 60.0
READY = re.compile(r"Ready on (http://127\.0\.0\.1:\d+)")
OFFLINE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost"}
PARTS = ("[health]", "[headers]", "[[pages]]")
"""What of the packaged target a Worker of this machine has: no TLS, no name with www, and nothing at Cloudflare."""


@dataclass(frozen=True)
class Dev:
    """A Worker that is served: where, and the folder and environment of its commands."""

    url: str
    folder: Path
    environ: dict[str, str]

    def sql(self, statement: str) -> str:
        """What ``wrangler d1 execute --local --json`` prints."""
        words = ["wrangler", "d1", "execute", DATABASE, "--local", "--json", "--command", statement]
        return _run(words, self.folder, self.environ)


@contextmanager
def _serving(program: Path, folder: Path) -> Iterator[Dev]:
    """The Worker with its migrations applied; it ends, with all its processes, however the test does."""
    for name in ("worker.js", "wrangler.toml"):
        shutil.copy(Path(__file__).with_name(name), folder)
    shutil.copytree(Path(__file__).with_name("migrations"), folder / "migrations")
    own = dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "WRANGLER_LOG_PATH", "TMPDIR"), str(folder))
    path = {"PATH": f"{program}{os.pathsep}{os.environ['PATH']}", "CI": "1", "WRANGLER_SEND_METRICS": "false"}
    environ = {**path, **own, **OFFLINE}
    _run(["wrangler", "d1", "migrations", "apply", DATABASE, "--local"], folder, environ)
    words = ["wrangler", "dev", "--ip", "127.0.0.1", "--port", "0", "--inspector-port", "0"]
    held = Held(words, environ=environ, cwd=folder)
    try:
        yield Dev(_address(held), folder, environ)
    finally:
        held.end()


def _run(words: list[str], folder: Path, environ: dict[str, str]) -> str:
    return subprocess.run(
        words, cwd=folder, env=environ, check=True, stdout=subprocess.PIPE, text=True, timeout=PATIENCE_SECONDS
    ).stdout


def _address(held: Held) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and held.code is None:
        if found := READY.search("".join(held.said())):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"wrangler dev was not ready; it said {held.said()}")


@pytest.fixture(scope="module")
def dev(real_wrangler: Path) -> Iterator[Dev]:
    """A Worker that is served for all tests."""
    with tempfile.TemporaryDirectory(prefix="ops-tests-worker-") as folder, _serving(real_wrangler, Path(folder)) as on:
        yield on


@pytest.fixture
def broken(dev: Dev) -> Iterator[Dev]:
    """The same without a table that its health path asks."""
    dev.sql("ALTER TABLE users RENAME TO gone")
    yield dev
    dev.sql("ALTER TABLE gone RENAME TO users")


def _checked(dev: Dev, folder: Path) -> Finished:
    """The daily checks that the packaged target has and this Worker can have."""
    packaged = packaged_targets()["evolution-hub"].read_text(encoding="utf-8")
    parts = re.split(r"^(?=\[)", packaged, flags=re.MULTILINE)
    kept = "".join(part for part in parts if part.startswith(PARTS))
    head = f'name = "worker"\nbase_url = "{dev.url}"\nlatency_paths = ["/api/ai-image/usage"]\n\n'
    target = folder / "target.toml"
    target.write_text(patient(f"{head}{kept}\n[limits]\n"), encoding="utf-8")
    return run_suite(folder, "--target", str(target), "-m", "daily or weekly and not objectives", environ=environment())


def test_all_is_well_with_a_worker_that_is(dev: Dev, tmp_path: Path) -> None:
    finished = _checked(dev, tmp_path)
    assert (finished.status, finished.turned()) == (0, {}), finished.output
    judged = {one.check for one in finished.checks() if one.outcome in {"ok", "note"}}
    assert {SAYS_HEALTHY, API} <= judged


def test_a_table_that_is_missing_turns_health_and_nothing_else(broken: Dev, tmp_path: Path) -> None:
    finished = _checked(broken, tmp_path)
    assert finished.turned() == {SAYS_HEALTHY: ("finding", "L1")}, finished.output
    (told,) = [one.sentence for one in finished.checks() if one.check == SAYS_HEALTHY]
    assert "degraded" in told


def test_the_real_answer_of_a_local_database_is_read(dev: Dev) -> None:
    answer = wrangler_json.d1_answer(dev.sql("SELECT 1 AS one"), DATABASE)
    assert (answer.value, answer.refusal) == (1, "")
    assert answer.sql_seconds is not None


def test_nothing_of_a_worker_that_was_served_is_left(real_wrangler: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="ops-tests-worker-") as name:
        with _serving(real_wrangler, Path(name)) as on:
            assert _of(name)
            assert on.url
        assert _of(name) == []


def _of(folder: str) -> list[str]:
    """The processes whose folder is this one."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == Path(folder):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has just ended, or is somebody else's
    return found
