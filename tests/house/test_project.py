"""The project's own files: targets and lock files are sound, and nothing is bound to one machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.target_file import load_target, packaged_targets
from tests.house.project_rules import files, loose, machine_bound
from tests.house.source import REPOSITORY

LOCKS = sorted(REPOSITORY.glob("requirements*.lock"))
HASH = f"    --hash=sha256:{'0' * 64}"
FOLDERS = {"one": "/" + "home/op/x", "mac": "/" + "Users/op/x", "root's": "'/" + "root/x'"}
INDEXES = {"option": "--index" + "-url https://host.example/", "host": "https://pypi" + ".org/project/x"}


@pytest.mark.parametrize("name", packaged_targets())
def test_a_packaged_target_loads_under_its_own_name(name: str) -> None:
    assert load_target(packaged_targets()[name], {}).name == name


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_pins_every_version_with_its_hashes(path: Path) -> None:
    assert not loose(path.read_text(encoding="utf-8"))


def test_there_are_two_lock_files() -> None:
    assert [path.name for path in LOCKS] == ["requirements-dev.lock", "requirements.lock"]


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = {path: machine_bound(path.read_text(encoding="utf-8", errors="replace")) for path in files(REPOSITORY)}
    assert not {str(path.relative_to(REPOSITORY)): lines for path, lines in found.items() if lines}


def test_a_pinned_version_with_its_hash_is_sound() -> None:
    assert not loose(f"click==8.5.1 \\\n{HASH} \\\n{HASH}\n")


@pytest.mark.parametrize(
    "line",
    [
        "click>=8",
        "click",
        f"-i https://host.example/\nclick==8 \\\n{HASH}",
        "a @ https://host.example/a.whl",
        "click==8",
    ],
)
def test_a_line_that_pins_nothing_is_found(line: str) -> None:
    assert loose(line)


@pytest.mark.parametrize("line", [*FOLDERS.values(), *INDEXES.values()])
def test_a_machine_or_a_registry_is_found(line: str) -> None:
    assert machine_bound(line)
