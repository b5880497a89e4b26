"""The one door to other processes: a list of arguments, a bounded time, a bounded output, and no child left behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from ops_tests.clients import command_guard
from ops_tests.clients.command_guard import GRACE_SECONDS
from ops_tests.errors import Blind, CommandTimedOut, InstrumentMissing, Unparsable

OUTPUT_LIMIT = 64 * 2**20
_PIECE = 65536
_LONGEST_WORD = 200
_LOOK_SECONDS = 0.1
_INSTALL = {
    **dict.fromkeys(("fly", "flyctl"), "install flyctl (https://fly.io/docs/flyctl/install/)"),
    "wrangler": "npm install -g wrangler, or put the project's node_modules/.bin on PATH",
}

_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

_running: set[subprocess.Popen[bytes]] = set()
_held: set[Held] = set()
_running_lock = threading.Lock()


@dataclass(frozen=True)
class CommandResult:
    """What a command left behind.

    Attributes:
        argv: What was run, as asked for.
        code: Its exit status; negative for the signal that ended it.
        stdout: Its standard output, UTF-8 with replacement characters for anything else.
        stderr: Its standard error, likewise.
        seconds: From its start to its end.
    """

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str
    seconds: float


def run(argv: Sequence[str], *, environ: Mapping[str, str], timeout_seconds: float, cwd: Path) -> CommandResult:
    """Run a command to its end.

    It gets no input, a process group of its own, and nothing of this process's environment.

    Args:
        argv: The command and its arguments; never a secret, since any user of the machine can read them.
        environ: The child's whole environment; the command is looked up on its ``PATH``.
        timeout_seconds: After this time the group gets SIGTERM, and 5 s later SIGKILL.
        cwd: The folder it runs in.

    Raises:
        InstrumentMissing: The command is not on PATH, or cannot be started.
        CommandTimedOut: It did not end in time; the error bears what it had written.
        Unparsable: It wrote more than 64 MiB.
    """
    started = time.monotonic()
    process = _start(argv, environ, cwd)
    output = _Output(process)
    try:
        ended = output.collect(started + timeout_seconds)
    finally:
        _end([process])
        output.close()
        _forget(process)
    if not ended:
        raise _unfinished(shown(argv), timeout_seconds, output)
    return CommandResult(tuple(argv), process.returncode, *output.texts(), time.monotonic() - started)


def shown(argv: Sequence[str]) -> str:
    """The command line for a sentence; a word that is a program of its own is told by its beginning."""
    return shlex.join(word if len(word) <= _LONGEST_WORD else f"{word[:20]}..." for word in argv)


def end_all() -> None:
    """End every command that still runs, with its group: SIGTERM to all, after 5 s SIGKILL."""
    with _running_lock:
        held, still_running = tuple(_held), tuple(_running)
    for one in held:
        one.end()
    _end(still_running)


def _unfinished(line: str, seconds: float, output: _Output) -> Blind:
    if output.size > OUTPUT_LIMIT:
        return Unparsable(f"{line} wrote more than {OUTPUT_LIMIT // 2**20} MiB and was ended; expected less")
    message = f"{line} did not end within {seconds:g} s and was ended. Next: type it yourself"
    return CommandTimedOut(message, *output.texts())


def _start(
    argv: Sequence[str],
    environ: Mapping[str, str],
    cwd: Path,
    stdin: int = subprocess.DEVNULL,
    outputs: tuple[int | IO[bytes], int | IO[bytes]] = (subprocess.PIPE, subprocess.PIPE),
) -> subprocess.Popen[bytes]:
    found = shutil.which(argv[0], path=environ.get("PATH", ""))
    remedy = _INSTALL.get(argv[0], f"install {argv[0]}")
    if found is None:
        raise InstrumentMissing(f"{argv[0]} is not on PATH; {remedy}, or put its folder on PATH")
    with _running_lock:
        guard = _guard(os.getpid())  # first, so that it is there when the command is
    try:
        # Under the lock, so that whoever ends all misses none that has just begun.
        with _running_lock:
            process = subprocess.Popen(
                [str(Path(found).absolute()), *argv[1:]],
                env=dict(environ),
                cwd=cwd,
                start_new_session=True,
                stdin=stdin,
                stdout=outputs[0],
                stderr=outputs[1],
            )
            _running.add(process)
            _tell(guard, f"+{process.pid}")
    except OSError as error:
        raise InstrumentMissing(f"{found} cannot be started ({error.strerror}); {remedy} again") from None
    return process


def _forget(process: subprocess.Popen[bytes]) -> None:
    with _running_lock:
        _running.discard(process)
        _tell(_guard(os.getpid()), f"-{process.pid}")


def _tell(guard: subprocess.Popen[bytes], line: str) -> None:
    if guard.stdin is not None:
        with contextlib.suppress(BrokenPipeError):  # somebody ended it; only a killed run would miss it
            guard.stdin.write(f"{line}\n".encode())
            guard.stdin.flush()


@cache
def _guard(_pid: int) -> subprocess.Popen[bytes]:
    """The one guard of this process, started with its first command: `command_guard`.

    It gets no environment but what finds Python's own library. Inherited, it would be read while pytest writes the name
    of each test into it, and now and then the guard could not start (EFAULT).
    """
    return subprocess.Popen(
        [sys.executable, "-I", "-S", command_guard.__file__],
        env={name: os.environ[name] for name in _LIBRARIES if name in os.environ},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )


class Held:
    """A command that runs until it is ended, and that does not outlive this process, however that ends.

    It gets a pipe as its input, which closes with this process; where it does not heed that, the guard ends its group.
    """

    def __init__(self, argv: Sequence[str], *, environ: Mapping[str, str], cwd: Path) -> None:
        """Start it.

        Raises:
            InstrumentMissing: The command is not on PATH, or cannot be started.
        """
        # Files without a name: nobody has to read along, and nothing is left behind.
        self._files = (tempfile.TemporaryFile(), tempfile.TemporaryFile())  # noqa: SIM115  # open until it ends
        self._process = _start(argv, environ, cwd, subprocess.PIPE, self._files)
        with _running_lock:
            _held.add(self)

    @property
    def code(self) -> int | None:
        """Its exit status, or None while it runs."""
        return self._process.poll()

    def said(self) -> tuple[str, str]:
        """The ends of standard output and standard error so far, 64 KiB each."""
        # Not by seek and read: the position is shared with the process that writes.
        sizes = [(file.fileno(), os.fstat(file.fileno()).st_size) for file in self._files]
        stdout, stderr = (os.pread(number, _PIECE, max(0, size - _PIECE)) for number, size in sizes)
        return stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace")

    def printed(self) -> str:
        """All of its standard output so far, up to 64 MiB."""
        number = self._files[0].fileno()
        return os.pread(number, min(os.fstat(number).st_size, OUTPUT_LIMIT), 0).decode("utf-8", "replace")

    def end(self) -> None:
        """End it, with its group: SIGTERM, after 5 s SIGKILL. A second call does nothing."""
        with _running_lock:
            if self not in _held:
                return
            _held.discard(self)
        _end([self._process])
        _forget(self._process)
        if self._process.stdin:
            self._process.stdin.close()
        for file in self._files:
            file.close()


@dataclass
class _Output:
    """Reads both pipes of a process as they fill."""

    process: subprocess.Popen[bytes]
    size: int = 0
    _pieces: dict[IO[bytes], bytearray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                self._pieces[pipe] = bytearray()
                self._selector.register(pipe, selectors.EVENT_READ, pipe)

    def collect(self, ends_at: float) -> bool:
        """Read until the process has ended; False when the time was over or the output too much."""
        while self.size <= OUTPUT_LIMIT and (left := ends_at - time.monotonic()) > 0:
            ended = self.process.poll() is not None
            # Once it has ended, what is there is all there is: a grandchild may hold the pipe open for ever.
            ready = self._selector.select(0 if ended else min(left, _LOOK_SECONDS))
            for key, _events in ready:
                self._read(key.data)
            if ended and not ready:
                return True
            if not self._selector.get_map():
                self._wait(left)
        return False

    def _read(self, pipe: IO[bytes]) -> None:
        piece = os.read(pipe.fileno(), _PIECE)
        self._pieces[pipe] += piece
        self.size += len(piece)
        if not piece:
            self._selector.unregister(pipe)

    def _wait(self, seconds: float) -> None:
        """Both pipes are closed: nothing to read, only an end to wait for."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)

    def texts(self) -> tuple[str, str]:
        """Standard output and standard error."""
        stdout, stderr = (piece.decode("utf-8", "replace") for piece in self._pieces.values())
        return stdout, stderr

    def close(self) -> None:
        self._selector.close()
        for pipe in self._pieces:
            pipe.close()


def _end(processes: Iterable[subprocess.Popen[bytes]]) -> None:
    """End these processes with their groups; one that has ended loses only the children it left behind."""
    processes = tuple(processes)
    living = [process for process in processes if process.poll() is None]
    for process in living:
        _signal_group(process, signal.SIGTERM)
    ends_at = time.monotonic() + GRACE_SECONDS
    for process in living:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, ends_at - time.monotonic()))
    for process in processes:
        _signal_group(process, signal.SIGKILL)
        process.wait()


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    # PermissionError is what macOS says of a group whose only member is not yet reaped.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
