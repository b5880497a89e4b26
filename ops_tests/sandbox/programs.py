"""The commands of the embedded targets, where whoever looks for them on PATH finds them."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from ops_tests.sandbox.folder import BIN


def write_program(folder: Path, names: Sequence[str], stand_in: Path, state: Path) -> Path:
    """Write a stand-in under its names.

    Args:
        folder: The sandbox's folder.
        names: What is typed.
        stand_in: The stand-in's own file.
        state: Its state file.

    Returns:
        The folder that belongs on PATH.
    """
    programs = folder / BIN
    programs.mkdir()
    words = " ".join(shlex.quote(str(word)) for word in (sys.executable, "-I", "-S", stand_in, state))
    for name in names:
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return programs


def path_without(names: Sequence[str]) -> str:
    """PATH without the folders that hold one of the commands."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not any(shutil.which(name, path=folder) for name in names))
