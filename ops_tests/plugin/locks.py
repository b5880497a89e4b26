"""One lock for each live target, beside the history: runs that observe share it, a run that acts has it alone.

Within one project: runs elsewhere are not known. The system frees a lock when its process ends, however it ends.
The embedded sandbox needs none, since each run has its own.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import pytest

from ops_tests.acts.journal_file import journal_file
from ops_tests.errors import Unparsable
from ops_tests.plugin.applicable import item_target
from ops_tests.plugin.guards import acts, refusal, refuse, refused_as_a_whole
from ops_tests.plugin.state import Run, is_worker, run_of
from ops_tests.rules.wording import listed

if TYPE_CHECKING:
    from ops_tests.target import Target

WAIT_SECONDS = 60.0
"""How long an observing run waits for one that acts, and the other way round."""
POLL_SECONDS = 0.2


class TargetLock:
    """The lock of one target. The run that acts writes into its file who it is; otherwise the file is empty."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            OSError: It cannot be written.
        """
        path.parent.mkdir(exist_ok=True)
        self._path, self._alone = path, False
        self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> TargetLock:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        if self._alone:
            self._file.truncate(0)
        self._file.close()

    def taken(self, alone: bool) -> bool:
        """Take the lock if that is possible now."""
        try:
            fcntl.flock(self._file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._file.truncate(0)  # of a run that was killed: nobody acts, or we would not have the lock
        self._alone = alone
        if alone:
            self._file.write(f"pid {os.getpid()} since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC")
            self._file.flush()
        return True

    def acting(self) -> str:
        """The run that acts, ``pid 4711 since 2026-05-04 03:12:09 UTC``, or "" when nobody does."""
        return self._path.read_text(encoding="utf-8")

    def await_taken(self, alone: bool, wait: Callable[[str], None], seconds: float | None = None) -> bool:
        """Take the lock within so many seconds, by default ``WAIT_SECONDS``; ``wait`` is told once for whom.

        Nobody waits in order to act after another run that acts.
        """
        deadline = time.monotonic() + (WAIT_SECONDS if seconds is None else seconds)
        told = False
        while not self.taken(alone):
            holder = self.acting()
            if (alone and holder) or time.monotonic() > deadline:
                return False
            if not told:
                wait(f"the run of {holder}, which acts" if holder else "runs that observe")
                told = True
            time.sleep(POLL_SECONDS)
        return True


def lock_file(folder: Path, target: Target) -> Path:
    """Where a target's lock lies in the project's folder."""
    return folder / "reports" / f".{target.name}.lock"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> Generator[None, object, object]:
    """Hold the locks of all targets from before the first observation until the last check has ended."""
    run = run_of(session.config)
    if run is None or is_worker(session.config):
        return (yield)
    acting: dict[str, list[pytest.Item]] = {}
    for item in session.items:
        if acts(item) and not refusal(item):
            acting.setdefault(item_target(item, run).name, []).append(item)
    with ExitStack() as held:
        for target in sorted(run.targets.values(), key=lambda one: one.name):
            if not target.sandbox:
                _take(session, run, target, acting.get(target.name, []), held)
        told = refused_as_a_whole(session.items)
        if session.items and told:
            raise pytest.UsageError(told)
        return (yield)


def _take(session: pytest.Session, run: Run, target: Target, acting: list[pytest.Item], held: ExitStack) -> None:
    try:
        lock = held.enter_context(TargetLock(lock_file(session.config.rootpath, target)))
    except OSError as error:
        _give_up(acting, f"nothing may act on {target.name}: its lock cannot be written: {error}")
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")

    def wait(whom: str) -> None:
        if reporter is not None:
            reporter.write_line(f"waiting for {whom} on {target.name} (at most {WAIT_SECONDS:.0f} s)")

    if lock.await_taken(bool(acting), wait, None if run.patience_seconds is None else 0):
        if left := _left_open(session, target):
            _give_up(acting, left)
            run.complaints.append(left)
        return
    holder = f"the run of {lock.acting()} acts on it" if lock.acting() else "runs that observe do not end"
    _give_up(acting, f"nothing may act on {target.name} now: {holder}. To permit it: wait until that has ended")
    if not acting:
        run.complaints.append(f"{holder} ({target.name}): what is seen may be its doing")


def _left_open(session: pytest.Session, target: Target) -> str:
    """Why nothing may act while a drill that died has left something open, or ""."""
    folder = lock_file(session.config.rootpath, target).parent
    if not journal_file(folder, target).exists():
        return ""
    from ops_tests.acts.journal import journal_of, recover_line

    try:
        entries = journal_of(folder, target).open_entries()
    except Unparsable as error:
        return f"nothing may act on {target.name}: {error}"
    left = listed(map(str, entries.values()))
    why = f"a drill ended in the middle of it ({left})"
    return f"nothing may act on {target.name}: {why}. To permit it: {recover_line(target)}" if entries else ""


def _give_up(acting: list[pytest.Item], reason: str) -> None:
    for item in acting:
        refuse(item, reason)
