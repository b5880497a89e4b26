"""A run of the suite that may be ended at any moment, and what it leaves behind: processes, folders, files, locks."""

from __future__ import annotations

import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

from prometheus_client.parser import text_string_to_metric_families

from ops_tests.records.run import CheckRecord, RunRecord
from tests.running import REPOSITORY, environment

MARK = "OPS_TESTS_KILLED_RUN"
"""The variable by which every process of a run is known, its grandchildren too."""
GONE_SECONDS = 20.0
"""By then nothing of a killed run is left. The sandbox and its guard need a moment; a worker of xdist whose controller
was killed finishes its check for 5 s, is then interrupted, and 10 s later ends itself."""


@dataclass(frozen=True)
class Place:
    """A folder in which one run after another is ended, with temporary files of its own."""

    folder: Path

    def __post_init__(self) -> None:
        self.temporary.mkdir(parents=True, exist_ok=True)
        for path in (self.folder, self.temporary):
            path.chmod(0o755)  # as root PostgreSQL runs as nobody, who must be able to enter

    @property
    def temporary(self) -> Path:
        """Where the run's temporary files go."""
        return self.folder / "tmp"

    @property
    def reports(self) -> Path:
        """Where its reports are."""
        return self.folder / "reports"

    def command(self, *arguments: str) -> list[str]:
        """The command line of a run here."""
        given = [sys.executable, "-m", "pytest", "-c", str(REPOSITORY / "pytest.ini"), "--rootdir", str(self.folder)]
        return [*given, "-p", "no:cacheprovider", str(REPOSITORY / "ops_tests" / "checks"), *arguments]

    def begin(self, name: str, *arguments: str) -> Begun:
        """Start a run in a process group of its own."""
        output, before = self.folder / f"{name}.txt", self.records()
        with output.open("wb") as file:
            process = subprocess.Popen(
                self.command(*arguments),
                cwd=self.folder,
                env=environment(**{MARK: str(self.folder / name), "TMPDIR": str(self.temporary)}),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Begun(self, name, process, output, before)

    def records(self) -> frozenset[Path]:
        """The records of all runs so far, each under its own name."""
        return frozenset(self.reports.glob("2*.json"))

    def left_folders(self) -> list[str]:
        """Temporary folders that are still there, but for the one that pytest keeps for the workers of xdist."""
        return sorted(path.name for path in self.temporary.iterdir() if not path.name.startswith("pytest-of-"))

    def left_over(self) -> set[str]:
        """What the next start is to sweep."""
        return {*self.left_folders(), *self.stray_files()}

    def stray_files(self) -> list[str]:
        """What lies in the reports folder and is no report, history or lock."""
        known = (".html", ".json", ".xml", ".prom", ".lock", ".sqlite", ".sqlite-wal", ".sqlite-shm")
        found = self.reports.iterdir() if self.reports.is_dir() else ()
        return sorted(path.name for path in found if not path.name.endswith(known) or path.name.startswith(".making"))

    def half_written(self) -> list[str]:
        """Reports that are not whole, each with what is wrong with it."""
        found = (path for path in self.reports.glob("*.*") if path.suffix in {".html", ".json", ".xml", ".prom"})
        return [f"{path.name}: {wrong}" for path in sorted(found) if (wrong := _wrong_with(path))]

    def unreadable_histories(self) -> list[str]:
        """Histories that are damaged, or hold part of a run."""
        return [f"{path.name}: {wrong}" for path in self.reports.glob("*.sqlite") if (wrong := self._unsound(path))]

    def _unsound(self, path: Path) -> str:
        with closing(sqlite3.connect(path)) as history:
            (sound,) = history.execute("PRAGMA integrity_check").fetchone()
            tables = history.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ops_check'").fetchone()
            rows = history.execute("SELECT run_id, record FROM ops_check").fetchall() if tables[0] else []
        stored: dict[str, list[CheckRecord]] = {}
        for run_id, text in rows:
            stored.setdefault(run_id, []).append(CheckRecord.model_validate_json(text))
        sandbox = "sandbox" in path.name
        part = [run_id for run_id, checks in stored.items() if not self._whole(run_id, checks, sandbox)]
        return "" if sound == "ok" and not part else f"{sound}; in part: {part}"

    def _whole(self, run_id: str, stored: list[CheckRecord], sandbox: bool) -> bool:
        """Whether all of a run is stored, by its report; a run killed before that was put in place has none."""
        for path in self.records():
            record = RunRecord.model_validate_json(path.read_text(encoding="utf-8"))
            if record.run_id == run_id:
                here = {target.name for target in record.targets if target.sandbox == sandbox}
                return [check for check in record.checks if check.target in here] == stored
        return bool(stored)

    def held_locks(self) -> list[str]:
        """Locks of targets that somebody still holds."""
        return [path.name for path in self.reports.glob(".*.lock") if _held(path)]


def _held(path: Path) -> bool:
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _wrong_with(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    try:
        if path.suffix == ".json":
            RunRecord.model_validate_json(text)
        elif path.suffix == ".xml":
            ET.fromstring(text)
        elif path.suffix == ".prom":
            list(text_string_to_metric_families(text))
        elif not text.rstrip().endswith("</html>"):
            return f"ends with {text[-40:]!r}"
    except (ValueError, ET.ParseError) as error:
        return str(error)
    return ""


@dataclass
class Begun:
    """A run that has begun."""

    place: Place
    name: str
    process: subprocess.Popen[bytes]
    file: Path
    before: frozenset[Path]
    sent: list[str] = field(default_factory=list)

    def send(self, number: signal.Signals, to_group: bool) -> None:
        """Send a signal as a terminal does, to the whole group, or as ``kill`` does, to the one process."""
        with suppress(ProcessLookupError):
            (os.killpg if to_group else os.kill)(self.process.pid, number)
            self.sent.append(number.name)

    @property
    def output(self) -> str:
        """What it printed."""
        return self.file.read_text(encoding="utf-8", errors="replace")

    @property
    def began(self) -> bool:
        """Whether it came to say what it checks."""
        return "target: " in self.output

    @property
    def concluded(self) -> bool:
        """Whether it told its verdict; behind that its files are in place and the process only has to end."""
        return f" -> {self.place.reports}" in self.output

    def record(self) -> RunRecord | None:
        """The record it put in place; it is the only run in its folder."""
        for path in self.place.records() - self.before:
            return RunRecord.model_validate_json(path.read_text(encoding="utf-8"))
        return None

    def orphans(self) -> list[str]:
        """Its processes that are still there after a bounded time."""
        deadline = time.monotonic() + GONE_SECONDS
        while (left := list(self._processes())) and time.monotonic() < deadline:
            time.sleep(0.05)
        return left

    def _processes(self) -> Iterator[str]:
        for folder in Path("/proc").glob("[0-9]*"):
            # A process may end while it is looked at.
            with suppress(OSError):
                if self._is_ours(folder):
                    yield f"{folder.name}: " + (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()

    def _is_ours(self, process: Path) -> bool:
        if (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z":
            return False
        if f"{MARK}={self.place.folder / self.name}\0".encode() in (process / "environ").read_bytes() + b"\0":
            return True
        # PostgreSQL overwrites its environment with its title, but stays in its folder.
        return (process / "cwd").readlink().is_relative_to(self.place.temporary)
