"""The project's own files: targets and lock files are sound, and nothing is bound to one machine."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ops_tests.target_file import load_target, packaged_targets
from tests.house.project_rules import TOP, files, loose, loose_in_npm, machine_bound
from tests.house.source import REPOSITORY

LOCKS = sorted(REPOSITORY.glob("requirements*.lock"))
NPM_LOCKS = sorted(REPOSITORY.glob("tests/worker/*/package-lock.json"))
HASH = f"    --hash=sha256:{'0' * 64}"
FOLDERS = {"one": "/" + "home/op/x", "mac": "/" + "Users/op/x", "root's": "'/" + "root/x'"}
INDEXES = {"option": "--index" + "-url https://host.example/", "host": "https://pypi" + ".org/project/x"}


@pytest.mark.parametrize("name", packaged_targets())
def test_a_packaged_target_loads_under_its_own_name(name: str) -> None:
    assert load_target(packaged_targets()[name], {}).name == name


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_pins_every_version_with_its_hashes(path: Path) -> None:
    assert not loose(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", NPM_LOCKS, ids=lambda path: path.parent.name)
def test_npm_s_lock_files_pin_the_version_they_are_named_after(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not loose_in_npm(text)
    assert path.parent.name == f"wrangler-{json.loads(text)['packages']['node_modules/wrangler']['version']}"


@pytest.mark.parametrize("wrong", [{"integrity": None}, {"version": ""}, {"resolved": "https://host.example/a.tgz"}])
def test_a_package_of_npm_that_is_not_pinned_is_found(wrong: dict[str, Any]) -> None:
    sound = {"version": "1.0.0", "integrity": "sha512-AAAA"}
    told = [loose_in_npm(json.dumps({"packages": {"": {}, "a": one}})) for one in (sound, sound | wrong)]
    assert told == [[], ["a"]]


def test_there_are_two_lock_files() -> None:
    assert [path.name for path in LOCKS] == ["requirements-dev.lock", "requirements.lock"]


def test_the_top_level_holds_nothing_that_was_left_there() -> None:
    kept = subprocess.run(
        ["git", "ls-files"], cwd=REPOSITORY, check=True, capture_output=True, text=True
    ).stdout.split()
    assert {Path(name).parts[0] for name in kept} == TOP


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
