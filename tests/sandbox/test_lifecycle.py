"""Starting and ending, in every way a sandbox can end; nothing may be left behind."""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from ops_tests.errors import SandboxFailed, UnknownName
from ops_tests.sandbox import folder as folders
from ops_tests.sandbox.embedded import Sandbox, write_files
from ops_tests.target_file import load_target

Eventually = Callable[[Callable[[], bool]], bool]
ROOT = Path(__file__).parents[2]
KEEP = """
import sys, time
from pathlib import Path
from ops_tests.sandbox.embedded import Sandbox
started = Sandbox.start(sys.argv[2:], folder=Path(sys.argv[1]))
print("ready", flush=True)
time.sleep(600)
"""
AS_NOBODY = """
import json, os, ssl, urllib.request
from ops_tests.sandbox.embedded import Sandbox
started = Sandbox.start()
trusting = ssl.create_default_context(cafile=started.place["https"]["authority"])
status = urllib.request.urlopen(started.base_url + "/health", context=trusting).status
owner = os.stat(started.folder / "postgres").st_uid
started.stop()
print(json.dumps([os.getuid(), owner, status, started.folder.exists()]))
"""


def _commands() -> list[str]:
    """The command line of every process on this machine."""
    if Path("/proc/self").is_dir():
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with suppress(OSError):
                found.append(f"{path.parent.name} " + path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found
    return subprocess.run(
        ["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def _processes(folder: Path, word: str = "") -> list[int]:
    """The processes whose command line names the folder, without the keeper of a test."""
    return [
        int(line.split()[0]) for line in _commands() if str(folder) in line and word in line and KEEP[1:20] not in line
    ]


def _nothing_is_left(folder: Path) -> bool:
    return not folder.exists() and not _processes(folder)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder to be, whose parents everybody may enter: PostgreSQL runs as nobody when the tests run as root."""
    parent = Path(tempfile.mkdtemp(prefix="lifecycle-"))
    parent.chmod(0o755)
    yield parent / "box"
    shutil.rmtree(parent, ignore_errors=True)


@pytest.fixture
def keeper(place: Path, request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[str]]:
    """A process that starts a sandbox, with the faults of the fixture's parameter, and keeps it."""
    command = [sys.executable, "-c", KEEP, str(place), *getattr(request, "param", ())]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    yield running
    running.kill()
    running.communicate()


def _pid(place: Path) -> int:
    """The sandbox: the eldest of that command line, since a child bears it until it becomes something else."""
    return min(_processes(place, "-m ops_tests.sandbox"))


def test_stopping_leaves_nothing_and_may_be_done_twice() -> None:
    started = Sandbox.start()
    assert len(_processes(started.folder)) >= 3
    started.stop()
    assert _nothing_is_left(started.folder)
    started.stop()


def test_the_sandbox_is_out_of_reach_of_the_terminal_s_signals(sandbox: Sandbox) -> None:
    assert os.getsid(sandbox._process.pid) == sandbox._process.pid != os.getsid(0)


def test_no_secret_stands_in_a_representation(sandbox: Sandbox) -> None:
    assert not [value for name, value in sandbox.environment.items() if name != "PATH" and value in repr(sandbox)]


def test_a_killed_parent_takes_the_sandbox_along(
    keeper: subprocess.Popen[str], place: Path, eventually: Eventually
) -> None:
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "ready\n"
    keeper.kill()
    assert eventually(lambda: _nothing_is_left(place))


@pytest.mark.parametrize("moment", ["postgres", "postgres/global", "postgres/postmaster.pid", "fly.json"])
def test_a_sandbox_killed_at_any_moment_of_its_start_leaves_nothing(
    keeper: subprocess.Popen[str], place: Path, eventually: Eventually, moment: str
) -> None:
    assert eventually((place / moment).exists)
    os.kill(_pid(place), signal.SIGKILL)
    assert eventually(lambda: _nothing_is_left(place))


@pytest.mark.parametrize("keeper", [("database-replica",)], indirect=True)
@pytest.mark.parametrize("moment", ["replica/global", "replica/postmaster.pid", "fly.json"])
def test_a_sandbox_killed_at_any_moment_of_its_replica_s_start_leaves_nothing(
    keeper: subprocess.Popen[str], place: Path, eventually: Eventually, moment: str
) -> None:
    assert eventually((place / moment).exists)
    os.kill(_pid(place), signal.SIGKILL)
    assert eventually(lambda: _nothing_is_left(place))


def test_a_replica_is_stopped_and_swept_like_the_primary(eventually: Eventually) -> None:
    for kill in (False, True):
        started = Sandbox.start(["database-replica"])
        assert len(_processes(started.folder, f"-D {started.folder}/")) == 2
        if kill:
            for pid in (*_processes(started.folder, "guard.py"), started._process.pid):
                os.kill(pid, signal.SIGKILL)
            started._process.wait()
            folders.sweep()
        else:
            started.stop()
        assert eventually(lambda folder=started.folder: _nothing_is_left(folder))  # type: ignore[misc]
        started.stop()


def test_a_killed_sandbox_can_still_be_stopped(eventually: Eventually) -> None:
    started = Sandbox.start()
    started._process.kill()
    started.stop()
    assert not started.folder.exists()
    assert eventually(lambda: _nothing_is_left(started.folder))


def test_sigterm_ends_it_in_order(keeper: subprocess.Popen[str], place: Path, eventually: Eventually) -> None:
    assert keeper.stdout is not None
    assert keeper.stdout.readline() == "ready\n"
    os.kill(_pid(place), signal.SIGTERM)
    assert eventually(lambda: _nothing_is_left(place))


def test_what_even_the_guard_could_not_clear_is_swept(eventually: Eventually) -> None:
    started = Sandbox.start()
    for pid in (*_processes(started.folder, "guard.py"), started._process.pid):
        os.kill(pid, signal.SIGKILL)
    started._process.wait()
    assert started.folder.exists()
    folders.sweep()
    assert eventually(lambda: _nothing_is_left(started.folder))
    started.stop()


def test_a_running_sandbox_is_not_swept(sandbox: Sandbox) -> None:
    assert sandbox.folder not in folders.sweep()
    assert sandbox.folder.exists()


def test_a_stale_folder_is_swept_and_a_foreign_process_of_its_number_left_alone(eventually: Eventually) -> None:
    stale = Path(tempfile.mkdtemp(prefix=folders.PREFIX))
    (stale / "postgres").mkdir()
    (stale / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    folders.sweep()
    assert eventually(lambda: not stale.exists())


def test_a_folder_with_something_in_it_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").touch()
    with pytest.raises(SandboxFailed, match="is not empty"):
        Sandbox.start(folder=tmp_path)
    assert (tmp_path / "mine").exists()


def test_an_unknown_fault_starts_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="did you mean health-500"):
        Sandbox.start(["health-50"], tmp_path / "box")
    assert not (tmp_path / "box").exists()


def test_a_process_that_cannot_start_is_quoted(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    monkeypatch.setenv("PYTHONHOME", "/nowhere")
    with pytest.raises(SandboxFailed, match="ended before it was ready"):
        Sandbox.start(folder=place)
    assert not place.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's PostgreSQL runs as another user")
def test_a_folder_nobody_can_enter_is_named(place: Path) -> None:
    place.parent.chmod(0o700)
    with pytest.raises(SandboxFailed, match="nobody, who cannot enter"):
        Sandbox.start(folder=place)
    assert _nothing_is_left(place)


def _python_for_nobody() -> str:
    """A Python of this version that everybody may run, or ""."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for found in (sys.executable, shutil.which(name, path="/usr/local/bin:/usr/bin")):
        path = Path(found or "/nowhere").resolve()
        if path.exists() and all(part.stat().st_mode & 0o001 for part in (path, *path.parents)):
            return str(found)
    return ""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody; the other tests ran as an ordinary user")
def test_an_ordinary_user_can_run_it() -> None:
    python, found = _python_for_nobody(), importlib.util.find_spec("psycopg2")
    if not python or not found or not found.origin:
        pytest.skip("no Python that everybody may run is installed here")
    nobody = pwd.getpwnam("nobody")
    path = os.pathsep.join([str(ROOT), str(Path(found.origin).parents[1])])
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": path, "HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"}
    who: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    command = [python, "-c", AS_NOBODY]
    done = subprocess.run(command, env=environ, cwd="/", capture_output=True, text=True, check=False, **who)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [nobody.pw_uid, nobody.pw_uid, 200, False]


def test_files_for_another_terminal_describe_the_running_sandbox(sandbox: Sandbox, tmp_path: Path) -> None:
    write_files(sandbox, tmp_path / "live")
    assert (tmp_path / "live" / "env").stat().st_mode & 0o777 == 0o600
    target = (tmp_path / "live" / "target.toml").read_text()
    assert f'base_url = "{sandbox.base_url}"' in target
    assert 'name = "sandbox-live"' in target
    assert "\nalerts = false\n" in target
    assert load_target(tmp_path / "live" / "target.toml", {}).authority == sandbox.folder / "authority.pem"
    shown = _shell(tmp_path / "live" / "env")
    assert shown["DATABASE_URL"] == sandbox.environment["DATABASE_URL"]
    assert shown["PATH"] == f"{sandbox.folder}/bin:/usr/bin:/bin"


def _shell(env: Path) -> dict[str, Any]:
    """What a shell exports after reading the file."""
    script = f'. "{env}"; exec "{sys.executable}" -c "import json, os; print(json.dumps(dict(os.environ)))"'
    done = subprocess.run(
        ["/bin/sh", "-c", script], env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    return dict(json.loads(done.stdout))
