"""Environments to measure in, made once under ``.venv/bench/``: what a user installs, and each peer on its own."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).parents[1]
_PLACE = ROOT / ".venv" / "bench"
_LOCKS = Path(__file__).with_name("locks")
"""Each is written by ``pip-compile`` as ``tools/lock.sh`` does it, from the peer's name and our version of pytest."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is ready.

    Attributes:
        folder: Where it is.
    """

    folder: Path

    def command(self, name: str) -> str:
        """The path of one of its commands: ``pytest``."""
        return str(self.folder / "bin" / name)


def ours() -> Environment:
    """What a user of the suite installs: the locked packages and the suite itself, without the developers'."""
    return _made("ours", ROOT / "requirements.lock", "--no-deps", "--no-build-isolation", "--editable", str(ROOT))


def bare() -> Environment:
    """Our version of pytest alone."""
    return _made("bare", _LOCKS / "bare.lock")


def pytest_html() -> Environment:
    """Our versions of pytest and pytest-html, and nothing else."""
    return _made("pytest-html", _LOCKS / "pytest-html.lock")


def testinfra() -> Environment:
    """Testinfra, with our version of pytest."""
    return _made("testinfra", _LOCKS / "testinfra.lock")


def tavern() -> Environment:
    """Tavern, with our version of pytest."""
    return _made("tavern", _LOCKS / "tavern.lock")


def _made(name: str, lock: Path, *beside: str) -> Environment:
    """The environment, made anew when its lock is no longer what it was made from.

    Raises:
        subprocess.CalledProcessError: pip could not make it; it has said why.
    """
    folder = _PLACE / name
    ready, wanted = folder / "made-from", sha256(lock.read_bytes()).hexdigest()
    if not ready.is_file() or ready.read_text() != wanted:
        print(f"making {folder.relative_to(ROOT)} (once)", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
        subprocess.run([*pip, "--require-hashes", "--requirement", str(lock)], check=True)
        if beside:
            subprocess.run([*pip, *beside], check=True)
        ready.write_text(wanted)
    return Environment(folder)
