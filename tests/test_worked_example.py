"""CONTRIBUTING's worked example, carried out in a copy of the package: it passes, and its fault turns it alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents import DOCUMENTS, REPOSITORY, Block, blocks
from tests.house.check_rules import checks, faults
from tests.house.source import Source
from tests.running import environment

STEPS = [block for block in blocks(DOCUMENTS["CONTRIBUTING.md"]) if block.words]
FAULT, CHECK, FILE = "session-foreign", "sessions_belong_to_shops", "ops_tests/checks/test_sessions.py"


def carry_out(block: Block, folder: Path) -> None:
    """Do with a block of the worked example what its first words say."""
    what, path = block.words[0], folder / block.words[1]
    before = "" if what == "new" else path.read_text(encoding="utf-8")
    if what == "edit":
        lines = block.text.splitlines(keepends=True)
        old, new = ("".join(line[1:] for line in lines if line[0] in signs) for signs in (" -", " +"))
        assert before.count(old) == 1, f"{path.name} has changed: {old}"
        path.write_text(before.replace(old, new), encoding="utf-8")
    else:
        path.write_text(before + block.text, encoding="utf-8")


@pytest.fixture(scope="module")
def worked_example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package in which the worked example was carried out."""
    folder = tmp_path_factory.mktemp("worked-example")
    shutil.copytree(REPOSITORY / "ops_tests", folder / "ops_tests", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("conftest.py", "pytest.ini"):
        shutil.copy(REPOSITORY / name, folder)
    for block in STEPS:
        carry_out(block, folder)
    return folder


def run_daily(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the daily suite of the copy against its sandbox."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-m",
        "daily",
        "--target",
        "sandbox",
        *arguments,
    ]
    return subprocess.run(
        command,
        cwd=folder,
        env=environment(PYTHONPATH=str(folder)),
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )


@pytest.mark.long
def test_the_worked_example_passes_when_all_is_well(worked_example: Path) -> None:
    finished = run_daily(worked_example, "-k", CHECK)
    assert (finished.returncode, "1 passed" in finished.stdout) == (0, True), finished.stdout


@pytest.mark.long
def test_the_worked_example_is_a_finding_under_its_fault_and_nothing_else_is(worked_example: Path) -> None:
    finished = run_daily(worked_example, "--fault", FAULT)
    assert finished.returncode == 1, finished.stdout
    assert re.search(rf"^FINDING L1 on sandbox: 1 of \d+ checks: sessions/{CHECK} ", finished.stdout, re.MULTILINE)


def test_the_worked_example_keeps_the_rules_of_the_house(worked_example: Path) -> None:
    (check,) = checks(Source(FILE, (worked_example / FILE).read_text(encoding="utf-8")))
    assert not faults(check)
