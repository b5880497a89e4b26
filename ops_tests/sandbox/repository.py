"""The application's repository: a real one, made by git at each start, since what is judged are days before now."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ops_tests.errors import SandboxFailed
from ops_tests.sandbox.scenario import CURRENT_IMAGE, OLDER_IMAGE, Repository

FOLDER = "repository"
PERSON = "Timedify <dev@example.invalid>"
SECTIONS = ("## [1.3.0] - 2026-11-19\n\n- Plans by handle\n", "## [1.2.0] - 2026-11-14\n\n- Scopes are updated\n")
RELEASED, OLDER, AFTERWARDS = 1, 2, 3


def make(folder: Path, plan: Repository, now: datetime) -> dict[str, str]:
    """Make the repository below the sandbox's folder; a machine without git gets an empty folder.

    Returns:
        The commit of each image, by the image's tag.

    Raises:
        SandboxFailed: git refused; with what it said.
    """
    path = folder / FOLDER
    path.mkdir()
    git = shutil.which("git")
    if git is None:
        return {}
    _run(path, git, "init", "--quiet", "--template=", "--initial-branch=main")
    marks = path / ".git" / "marks"
    _run(path, git, "fast-import", "--quiet", f"--export-marks={marks}", said=_history(plan, now))
    commits = dict(line.split() for line in marks.read_text(encoding="utf-8").splitlines())
    if plan.shallow:
        (path / ".git" / "shallow").write_text(commits[f":{RELEASED}"] + "\n", encoding="utf-8")
    return {CURRENT_IMAGE: commits[f":{RELEASED}"], OLDER_IMAGE: commits[f":{OLDER}"]}


def _run(folder: Path, *command: str, said: str = "") -> None:
    # The user's own settings could sign, hook or name the branch otherwise.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(command, cwd=folder, env=environ, input=said, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SandboxFailed(f"sandbox: git {command[1]} ended with {done.returncode}; it said:\n{done.stderr.strip()}")


def _history(plan: Repository, now: datetime) -> str:
    """Three commits and their tags, in the words of ``git fast-import``."""
    older, newer = (SECTIONS[1], "\n".join(SECTIONS if plan.changelog_names_it else SECTIONS[1:]))
    lock = {"package-lock.json": '{"lockfileVersion":3}\n'}
    lock_at = now - timedelta(days=plan.lock_file_days_ago)
    first = _commit(
        OLDER, 0, min(lock_at, now - timedelta(days=7)), {"CHANGELOG.md": f"# Changelog\n\n{older}", **lock}
    )
    middle = _commit(RELEASED, OLDER, now - timedelta(days=1), {"CHANGELOG.md": f"# Changelog\n\n{newer}"})
    last = _commit(AFTERWARDS, RELEASED, now - timedelta(hours=1), {"README.md": "Timedify\n"})
    tags = _tag("v1.2.0", OLDER, now) + (_tag("v1.3.0", RELEASED, now) if plan.tagged == "the release" else "")
    return first + middle + last + tags + (_tag("v1.3.0", AFTERWARDS, now) if plan.tagged == "elsewhere" else "")


def _commit(mark: int, parent: int, at: datetime, files: dict[str, str]) -> str:
    origin = f"from :{parent}\n" if parent else ""
    changes = "".join(f"M 100644 inline {name}\n{_data(text)}" for name, text in files.items())
    return f"commit refs/heads/main\nmark :{mark}\ncommitter {PERSON} {_stamp(at)}\n{_data('work')}{origin}{changes}\n"


def _tag(name: str, mark: int, at: datetime) -> str:
    return f"tag {name}\nfrom :{mark}\ntagger {PERSON} {_stamp(at)}\n{_data(name)}"


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(UTC).timestamp():.0f} +0000"
