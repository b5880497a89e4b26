"""Finding a runbook section by its anchor, ``file.md#heading``.

The file lies in the folder ``runbook`` beside the file of the check, as a project's own checks have it, or else in the
runbook that comes with the suite.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord

RUNBOOK = Path(__file__).parents[1] / "runbook"


def folder_of(anchor: str, check: Path) -> str:
    """The folder with the file of an anchor that a check in this file names; "" for the suite's own runbook."""
    return _folder_with(anchor.partition("#")[0], check)


@cache
def _folder_with(file: str, check: Path) -> str:
    beside = check.parent / "runbook"
    return "" if not (beside / file).is_file() and (RUNBOOK / file).is_file() else str(beside)


def section(check: CheckRecord) -> str:
    """The Markdown below the heading of the check's section, or "" when there is no such section."""
    file, _, slug = check.anchor.partition("#")
    return _sections(_folder(check) / file).get(slug, "")


def place_of(check: CheckRecord, project: Path) -> str:
    """Where to read the check's section, from the project's folder; "" where the check names none."""
    folder = _folder(check)
    near = folder.relative_to(project) if folder.is_relative_to(project) else folder
    return f"{near}/{check.anchor}" if check.anchor else ""


def _folder(check: CheckRecord) -> Path:
    return Path(check.runbook) if check.runbook else RUNBOOK


@cache
def _sections(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    parts = re.split(r"^## +(.+?) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {slug_of(heading): body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def slug_of(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
