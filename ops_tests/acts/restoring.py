"""The drill that restores a backup: a dump taken now or a given file, into an empty server, and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.clients.acting.dumps import Programs
from ops_tests.clients.acting.snapshots import Snapshot, snapshot
from ops_tests.clients.database_dsn import read_dsn
from ops_tests.clients.ways import way_of
from ops_tests.errors import Blind, InstrumentMissing, NotFound, NotPermitted, SandboxFailed, UsageProblem
from ops_tests.records.restore import Archive, Contents, Restore, Step
from ops_tests.rules import restores as rules
from ops_tests.sandbox.postgres import Postgres, installed
from ops_tests.sandbox.scratch_server import scratch_server
from ops_tests.target import Secret, Target

if TYPE_CHECKING:
    from ops_tests.clients.database import Way
    from ops_tests.permit import Permit

Progress = Callable[[str], None]
TAKEN_NOW = "a dump taken now"
SCRATCH = "the scratch server's connection string"


def restored(target: Target, permit: Permit, progress: Progress) -> Restore:
    """Restore a target's backup into an empty server of this machine, and count what came back.

    The file and the server are gone afterwards, however this ends.

    Args:
        target: Whose backup; its file says which.
        permit: The permission to act on it, since a copy of everything is made.
        progress: Told what is being done, as a sentence.

    Raises:
        UsageProblem: The target file names no role that may read everything.
        NotPermitted: The permit is for another target.
        Blind: Something stood in the way that is no fault of the backup's.
    """
    if permit.target != target.name:
        raise NotPermitted(f"the permit is for {permit.target}; expected one for {target.name}")
    part = target.database
    if part is None or part.backup_secret_env is None:
        raise UsageProblem(
            f"{target.file} names no role that may read everything; write backup_secret_env = "
            '"BACKUP_DATABASE_URL" into [database], and put the connection string of such a role '
            "(ops_tests/sandbox/backup_role.sql) into that variable"
        )
    secret = target.secret(part.backup_secret_env)
    given = target.file.parent / part.backup_file if part.backup_file else None
    way = way_of(target)
    try:
        with _own_failures_told():
            programs = Programs(permit, installed() / "bin", target.environment)
            drill = _Drill(permit, secret, way, programs, progress)
            return drill.of_file(given) if given else drill.of_now()
    finally:
        if way:
            way.end()


@dataclass
class _Drill:
    """One drill: where the live database is, and the steps so far."""

    permit: Permit
    secret: Secret
    way: Way | None
    programs: Programs
    progress: Progress
    steps: list[Step] = field(default_factory=list)

    def of_now(self) -> Restore:
        """Take a dump, and restore it."""
        with self._server() as server:
            file = server.folder / "taken.dump"
            with snapshot(self.permit, self.secret, self.way) as view:
                view.demand_creation_times()
                with self._step("dump", f"dumping {view.dsn.server}"):
                    self.programs.dump(view, file)
                with self._step("count", f"counting the rows of {view.dsn.server}"):
                    live = view.contents()
            archive, said = self._restore(server, file, TAKEN_NOW, given=False)
            if said:
                return Restore(live, archive, None, said, tuple(self.steps))
            with self._step("compare", "counting the restored rows"):
                found = self._found(server)
        return Restore(live, archive, found, "", tuple(self.steps))

    def of_file(self, file: Path) -> Restore:
        """Restore a given file."""
        if not file.is_file():
            raise NotFound(
                f"{file} is not there; expected a dump in pg_dump's custom format (database.backup_file). Next: fetch "
                "your provider's newest to there, or take the key out to have a dump taken now"
            )
        with self._server() as server:
            archive, said = self._restore(server, file, file.name, given=True)
            with self._step("compare", "counting the restored and the live rows"):
                found = None if said else self._found(server)
                with snapshot(self.permit, self.secret, self.way) as view:
                    view.demand_creation_times()
                    live = view.contents(rules.due(found)) if found else Contents(view.taken_at, view.major, {})
        return Restore(live, archive, found, said, tuple(self.steps))

    @contextmanager
    def _server(self) -> Iterator[Postgres]:
        since = datetime.now(UTC)
        self.progress("starting an empty PostgreSQL")
        with scratch_server() as server:
            self.steps.append(Step("start", since, datetime.now(UTC)))
            yield server

    def _restore(self, server: Postgres, file: Path, name: str, *, given: bool) -> tuple[Archive, str]:
        """What the dump says of itself, and why it could not be restored or ""."""
        with self._step("restore", f"restoring {name}"):
            with self._scratch(server) as view:
                extensions = view.extensions()
            archive, listed = self.programs.archive(file, name, extensions, given=given)
            contents = server.folder / "contents.list"
            contents.write_text(listed, encoding="utf-8")
            dsn = read_dsn(Secret(SCRATCH, server.own_dsn))
            return archive, self.programs.restore(file, contents, archive, dsn)

    def _found(self, server: Postgres) -> Contents:
        with self._scratch(server) as view:
            return view.contents()

    @contextmanager
    def _scratch(self, server: Postgres) -> Iterator[Snapshot]:
        with snapshot(self.permit, Secret(SCRATCH, server.own_dsn)) as view:
            yield view

    @contextmanager
    def _step(self, name: str, sentence: str) -> Iterator[None]:
        self.progress(sentence)
        since = datetime.now(UTC)
        yield
        self.steps.append(Step(name, since, datetime.now(UTC)))


@contextmanager
def _own_failures_told() -> Iterator[None]:
    """What fails on this machine says nothing of the backup: blind."""
    try:
        yield
    except SandboxFailed as failure:
        said = str(failure).removeprefix("sandbox: ")
        raise InstrumentMissing(f"no empty server could be started to restore into: {said}") from None
    except OSError as error:
        raise Blind(
            f"this machine could not hold a copy of the database ({error.strerror}); expected room and rights among "
            "the temporary files. Next: df -h, and set TMPDIR to a folder with room"
        ) from None
