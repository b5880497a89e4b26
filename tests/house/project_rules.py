"""What may stand in lock files and in any file of the project."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

MADE = {
    ".git",
    ".venv",
    "build",
    "dist",
    "reports",
    "__pycache__",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    ".hypothesis",
}
"""What is made, not written; ``.git`` is a file in a linked work tree."""
TOP = {
    *(".ci", ".github", ".gitignore", "Makefile", "conftest.py", "pyproject.toml", "pytest.ini"),
    *("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md"),
    *("benchmarks", "docs", "ops_tests", "reports", "tests", "tools"),
    *("requirements-dev.lock", "requirements.lock"),
}
"""What the top level holds; what somebody's tool left there beside it is easily committed."""
PINNED = re.compile(
    r"[a-z0-9][a-z0-9._-]*(\[[a-z0-9,-]+\])?==[^\s;]+( ; [^\\]+)?( \\)?|    --hash=sha256:[0-9a-f]{64}( \\)?"
)
OF_A_MACHINE = re.compile(r"(?<![\w.~}])/(?:home|Users|root|work|mnt|private)/\w|\b[A-Z]:\\\\?Users\\")
OF_A_REGISTRY = re.compile(
    r"pypi[.]org|pythonhosted[.]org|npmjs[.](?:org|com)"
    r"|(?<!no-emit)-(?:index-url|find-links|trusted-host)[ =]+[^\s\\]{4}"
)


def files(folder: Path) -> Iterator[Path]:
    """Every file somebody wrote, also those not yet under version control; never the secrets in ``.env``."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in MADE and not name.endswith(".egg-info")]
        yield from (Path(place, name) for name in names if name not in MADE | {".env", ".coverage"})


def loose(text: str) -> list[str]:
    """Lines of a lock file that pin nothing: URLs, options, ranges, requirements without a hash."""
    lines = text.splitlines()
    odd = [line for line in lines if not PINNED.fullmatch(line)]
    unhashed = [
        line for line, after in zip(lines, [*lines[1:], ""], strict=True) if "==" in line and "--hash" not in after
    ]
    return odd + unhashed


def loose_in_npm(text: str) -> list[str]:
    """Packages of npm's lock file that have no version or hash, or name where they come from."""
    packages = {name: one for name, one in json.loads(text)["packages"].items() if name}
    return [
        name
        for name, one in packages.items()
        if not str(one.get("integrity")).startswith("sha512-") or not one.get("version") or "resolved" in one
    ]


def machine_bound(text: str) -> list[str]:
    """Lines that name a path of one machine, or where its packages come from."""
    return [line.strip() for line in text.splitlines() if OF_A_MACHINE.search(line) or OF_A_REGISTRY.search(line)]
