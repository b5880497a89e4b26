"""Finding a runbook section by its anchor, ``file.md#heading``."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

RUNBOOK = Path(__file__).parents[1] / "runbook"


def section(anchor: str) -> str:
    """The Markdown below the anchor's heading, or "" when there is no such section."""
    file, _, slug = anchor.partition("#")
    return _sections(RUNBOOK / file).get(slug, "")


@cache
def _sections(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    parts = re.split(r"^## +(.+?) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {slug_of(heading): body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def slug_of(heading: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
