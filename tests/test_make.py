"""What make says on a machine it cannot set up."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout as far as make needs one."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(REPOSITORY / name, tmp_path)
    return tmp_path


def python(folder: Path, *, old: bool, venv: bool) -> Path:
    """A python3 that answers make's two questions as told."""
    program = folder / "python3"
    answer = f'case "$2" in *version_info*) exit {int(old)};; *ensurepip*) exit {int(not venv)};; esac\nexit 1\n'
    program.write_text("#!/bin/sh\n" + answer, encoding="utf-8")
    program.chmod(0o755)
    return program


def make(folder: Path, *arguments: str) -> str:
    ended = subprocess.run(
        ["make", "daily", *arguments], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    return ended.stdout + ended.stderr


def test_an_old_python_gets_a_sentence(checkout: Path) -> None:
    said = make(checkout, f"PYTHON={python(checkout, old=True, venv=True)}")
    assert "older than Python 3.11; install a newer one" in said


def test_no_python_at_all_gets_a_sentence(checkout: Path) -> None:
    assert "Python 3.11 or newer is needed and none was found" in make(checkout, "PYTHON=")


def test_a_python_without_venv_gets_a_sentence(checkout: Path) -> None:
    said = make(checkout, f"PYTHON={python(checkout, old=False, venv=False)}")
    assert "has no venv module; on Debian or Ubuntu: apt install python3-venv" in said


def test_make_help_lists_every_suite() -> None:
    listed = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for command in ("smoke", "daily", "weekly", "monthly", "post-deploy", "audit", "dr-drill", "test", "lint"):
        assert f"make {command} " in listed
