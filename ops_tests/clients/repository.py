"""The application's repository, read with ``git`` where it lies; nothing is fetched, and nothing is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from ops_tests.clients import command, command_guard
from ops_tests.errors import Blind, NotAuthorised, NotCovered, NotFound, Unparsable
from ops_tests.records.repository import FileChange, Tag

READ_SECONDS = 10.0


def worst_seconds() -> float:
    """The longest a question takes: whether the clone is whole, and the question itself."""
    return 2 * (READ_SECONDS + command_guard.GRACE_SECONDS)


_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_TAG_FORMAT = "--format=%(refname:strip=2) %(objecttype) %(objectname) %(*objecttype) %(*objectname)"
# No program that the repository's own configuration names is started, and no missing object is asked for elsewhere.
_CAREFUL = ("--no-pager", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false")
_OFFLINE = {"GIT_ALLOW_PROTOCOL": "none", "GIT_NO_LAZY_FETCH": "1", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class Repository:
    """Reads one clone.

    Args:
        folder: Where it lies; files are named relative to it.
        environ: The environment in which ``git`` is looked up and runs, cleaned of what would lead it elsewhere.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ

    def tags(self) -> tuple[Tag, ...]:
        """Every tag ``v*`` that stands at a commit, in the order of their names.

        Raises:
            InstrumentMissing: git is not on PATH.
            NotFound: There is no folder, or no repository in it.
            NotAuthorised: git does not trust the folder's owner.
            NotCovered: The clone is shallow, so that tags and history may be missing.
            Unparsable: git answered something else.
        """
        self._demand_history()
        lines = self._read("for-each-ref", _TAG_FORMAT, "refs/tags/v*").splitlines()
        return tuple(tag for tag in map(_tag, lines) if tag)

    def commit(self, name: str) -> str:
        """The whole id of a commit that is named by its id or the beginning of it.

        Raises:
            NotCovered: It is no commit's id, or the clone does not have it.
            Blind: As ``tags``.
        """
        self._demand_history()
        if not _COMMIT.fullmatch(name):
            raise NotCovered(
                f"the image is labelled with {name[:40]!r}; expected the id of a commit. Correct the build"
            )
        result = self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if result.code or not _COMMIT.fullmatch(result.stdout.strip()):
            raise NotCovered(
                f"the clone in {self._folder} does not have commit {name[:12]}; expected the released one. Next: "
                f"git -C {self._folder} fetch --tags"
            )
        return result.stdout.strip()

    def text(self, revision: str, file: str) -> str:
        """A file as it is in a revision; "" where it is not there.

        Raises:
            Blind: As ``tags``.
        """
        self._demand_history()
        result = self._run("show", f"{revision}:./{file}")
        missing = "does not exist in" in result.stderr or "exists on disk, but not in" in result.stderr
        if result.code and not missing:
            raise self._failure(result.stderr)
        return "" if result.code else result.stdout

    def last_change(self, file: str) -> FileChange:
        """The last commit that changed a file.

        Raises:
            NotFound: No commit did.
            Blind: As ``tags``.
        """
        self._demand_history()
        line = self._read("log", "-1", "--format=%H %ct", "--", file).strip()
        if not line:
            raise NotFound(
                f"no commit in {self._folder} changed {file}; expected the dependencies' lock file. Correct "
                "repository.lock_file"
            )
        found = re.fullmatch(r"([0-9a-f]{40,64}) (\d{1,11})", line)
        if not found:
            raise Unparsable(f"git log answered {line[:60]!r}; expected a commit and its time. Next: git --version")
        return FileChange(file, found[1], datetime.fromtimestamp(int(found[2]), UTC))

    def _demand_history(self) -> None:
        """Let nothing be judged by a clone from which history and tags may be cut off."""
        shallow = self._read("rev-parse", "--is-shallow-repository").strip()
        if shallow == "true":
            raise NotCovered(
                f"the clone in {self._folder} is shallow; expected one with all tags and commits. Next: "
                f"git -C {self._folder} fetch --unshallow --tags"
            )
        if shallow != "false":
            raise Unparsable(
                f"git answered {shallow[:60]!r}; expected whether the clone is shallow. Next: git --version"
            )

    def _read(self, *words: str) -> str:
        result = self._run(*words)
        if result.code:
            raise self._failure(result.stderr)
        return result.stdout

    def _run(self, *words: str) -> command.CommandResult:
        if not self._folder.is_dir():
            raise NotFound(f"{self._folder} is no folder; expected a clone of the application. Correct repository.path")
        environ = {name: value for name, value in self._environ.items() if not name.startswith("GIT_")} | _OFFLINE
        argv = ("git", *_CAREFUL, *words)
        return command.run(argv, environ=environ, timeout_seconds=READ_SECONDS, cwd=self._folder)

    def _failure(self, stderr: str) -> Blind:
        said = next((line.strip() for line in stderr.splitlines() if line.strip()), "nothing")[:200]
        if "dubious ownership" in stderr:
            return NotAuthorised(
                f"git does not trust {self._folder}, which belongs to another user. Next, as who runs the checks: "
                f"git config --global --add safe.directory {self._folder.resolve()}"
            )
        if "not a git repository" in stderr:
            return NotFound(
                f"{self._folder} is no git repository; expected a clone of the application. Next: git clone"
            )
        return Blind(f"git cannot read {self._folder}: {said}. Next: git -C {self._folder} status")


def _tag(line: str) -> Tag | None:
    """A line of name, kind and id of the tag, and kind and id of what an annotated one stands at."""
    words = line.split(" ")
    if len(words) < 3:
        raise Unparsable(f"git for-each-ref answered {line[:60]!r}; expected a tag and its commit. Next: git --version")
    kind, commit = (words[3], words[4]) if len(words) == 5 and words[3] else (words[1], words[2])
    return Tag(words[0], commit) if kind == "commit" else None
