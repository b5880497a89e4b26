"""The embedded target as the suite sees it: started, described by an address and some variables, stopped."""

from __future__ import annotations

import json
import os
import re
import select
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ops_tests.errors import SandboxFailed
from ops_tests.sandbox import folder as folders
from ops_tests.sandbox import guard
from ops_tests.sandbox.faults import TIMEDIFY, planted

TARGETS = Path(__file__).parents[1] / "targets"
READY_SECONDS = 60.0
STOP_SECONDS = 15.0


@dataclass
class Sandbox:
    """A running sandbox.

    It is a process of its own in a session of its own. When the process that started it ends, however it ends, the
    sandbox ends too and removes its folder.

    Attributes:
        place: The keys of a target file that say where it is: ``base_url``, ``https`` with plain HTTP's address and
            the authority's file, and what else there is: the name with www, the repository's folder, and
            ``database`` where a fault leads there another way or names a dump.
        environment: The variables a target file needs, to be laid over the environment.
        folder: Where everything of it stands.
        system: The name of the packaged target file that describes it.
    """

    place: dict[str, Any]
    environment: dict[str, str] = field(repr=False)
    folder: Path
    _process: subprocess.Popen[bytes] = field(repr=False)
    system: str = TIMEDIFY

    @classmethod
    def start(cls, faults: Sequence[str] = (), folder: Path | None = None, system: str = TIMEDIFY) -> Sandbox:
        """Start a sandbox and wait until it is ready.

        Args:
            faults: Names of the system's faults, applied in this order.
            folder: An empty or new folder; by default a fresh one among the temporary files.
            system: A name from `SYSTEMS`.

        Raises:
            UnknownName: A fault that the system does not know.
            SandboxFailed: A part did not start within 60 s.
        """
        planted(faults, system)
        folders.sweep()
        path, lock = folders.make(folder)
        with tempfile.TemporaryFile() as errors:
            try:
                process = _process(path, lock, (system, *faults), errors)
            finally:
                os.close(lock)
            try:
                ready = _ready(process, errors)
            except BaseException:
                _end(process, path)
                raise
        return cls(ready["place"], ready["environ"], path, process, system)

    @property
    def base_url(self) -> str:
        """The application's address."""
        return str(self.place["base_url"])

    def stop(self) -> None:
        """End it and wait until its folder is gone; a second call does nothing."""
        _end(self._process, self.folder)


class Starting:
    """A sandbox that gets ready while its owner does something else; the owner may be interrupted at any moment."""

    def __init__(self, faults: Sequence[str] = (), system: str = TIMEDIFY) -> None:
        planted(faults, system)  # an unknown name is told at once
        self.faults, self._system = faults, system
        self._started: Future[Sandbox] = Future()
        self._thread = threading.Thread(target=self._start, name="start sandbox", daemon=True)

    def begin(self) -> None:
        """Start it, in a thread of its own."""
        self._thread.start()

    def _start(self) -> None:
        try:
            self._started.set_result(Sandbox.start(self.faults, system=self._system))
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._started.set_exception(error)

    def ready(self) -> Sandbox:
        """Wait until it is ready.

        Raises:
            SandboxFailed: A part did not start within 60 s.
        """
        return self._started.result()

    def stop(self) -> None:
        """End it, once it has started; a start that failed has already cleared up."""
        if self._thread.ident and self._started.exception() is None:
            self._started.result().stop()


def _process(folder: Path, lock: int, what: Sequence[str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    # PostgreSQL's variables would lead the sandbox's own connections elsewhere.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    package = str(Path(__file__).parents[2])
    search = os.pathsep.join(filter(None, (package, inherited.get("PYTHONPATH"))))
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "ops_tests.sandbox", str(folder), str(lock), *what],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        pass_fds=(lock,),
        start_new_session=True,
        env={**inherited, "PYTHONPATH": search},
    )


def _ready(process: subprocess.Popen[bytes], errors: IO[bytes]) -> dict[str, Any]:
    """What the sandbox says when it is ready."""
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    if not select.select([process.stdout], [], [], READY_SECONDS)[0]:
        raise SandboxFailed(f"sandbox: not ready after {READY_SECONDS:.0f} s; is this machine overloaded? try again")
    line = process.stdout.readline()
    if not line:
        errors.seek(0)
        said = "\n".join(errors.read().decode(errors="replace").strip().splitlines()[-8:])
        raise SandboxFailed(f"sandbox: its process ended before it was ready; it said:\n{said}")
    ready: dict[str, Any] = json.loads(line)
    if "failure" in ready:
        raise SandboxFailed(ready["failure"])
    return ready


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.returncode < 0:
        _await_guard(folder)
    guard.clear(str(folder))


def _await_guard(folder: Path) -> None:
    """After a kill the guard clears up, which takes a moment."""
    deadline = time.monotonic() + STOP_SECONDS
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)


def write_files(sandbox: Sandbox, directory: Path) -> None:
    """Describe a running sandbox for another terminal.

    Writes ``target.toml`` (the packaged target at this sandbox's address, its name with ``-live`` behind it, that may
    be acted on and tells nobody) and ``env``, which is read with ``. DIR/env`` and, since it holds secrets, is for its
    owner's eyes only.
    """
    directory.mkdir(parents=True, exist_ok=True)
    packaged = (TARGETS / f"{sandbox.system}.toml").read_text(encoding="utf-8")
    head, *parts = re.split(r"^(?=\[)", packaged, flags=re.MULTILINE)
    head = _with(head, {"name": f"{sandbox.system}-live", "base_url": sandbox.base_url})
    target = f"{head.rstrip()}\nacts = true\nalerts = false\n\n"
    for part in parts:
        target += _with(part, sandbox.place.get(part[1 : part.index("]")], {}))
    (directory / "target.toml").write_text(target, encoding="utf-8")
    env = directory / "env"
    env.touch(mode=0o600)
    env.chmod(0o600)
    env.write_text("".join(_exports(sandbox)), encoding="utf-8")


def _with(part: str, keys: Mapping[str, str | list[str]]) -> str:
    """A part of a target file with these keys in place of its own, or below its heading."""
    for key, value in keys.items():
        line = f"{key} = {json.dumps(value)}"
        there = re.search(rf"^{key} = .*$", part, flags=re.MULTILINE)
        part = part.replace(there[0], line, 1) if there else part.replace("]\n", f"]\n{line}\n", 1)
    return part


def _exports(sandbox: Sandbox) -> list[str]:
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in sandbox.environment.items() if name != "PATH"]
    programs = sandbox.folder / folders.BIN
    return [*lines, f'export PATH={shlex.quote(str(programs))}:"$PATH"\n'] if programs.exists() else lines
