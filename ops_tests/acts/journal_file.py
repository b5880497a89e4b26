"""Where a target's undo journal is; while there is none, nothing was left open, and nobody need load what reads it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.target import Target


def journal_file(folder: Path, target: Target) -> Path:
    """A target's journal.

    Args:
        folder: Where the target's lock lies; for the embedded sandbox the sandbox's own, with which it goes.
        target: The target.
    """
    return folder / f".{target.name}.journal"
