"""The sandbox's repository: real, the same but for its days, and absent where git is."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ops_tests.sandbox import repository
from ops_tests.sandbox.scenario import CURRENT_IMAGE, OLDER_IMAGE, Repository

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def git(folder: Path, *words: str) -> str:
    command = ["git", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


def test_the_newest_tag_stands_at_the_released_commit(tmp_path: Path) -> None:
    commits = repository.make(tmp_path, Repository(), NOW)
    folder = tmp_path / repository.FOLDER
    assert git(folder, "rev-parse", "v1.3.0^{commit}", "v1.2.0^{commit}").split() == [
        commits[CURRENT_IMAGE],
        commits[OLDER_IMAGE],
    ]
    assert git(folder, "fsck", "--strict") == ""
    assert git(folder, "log", "-1", "--format=%cs", "--", "package-lock.json") == "2026-11-08"


def test_a_machine_without_git_gets_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    assert repository.make(tmp_path, Repository(), NOW) == {}
    assert list((tmp_path / repository.FOLDER).iterdir()) == []
