"""The whole package, loaded at once: pytest drops what a run within a process loads, and half of it lives on."""

from __future__ import annotations

import importlib
from pathlib import Path

import ops_tests

LEFT_OUT = {"__init__", "__main__", "checks"}
"""What comes with its modules, what is there to be run, and what pytest imports to rewrite its asserts."""


def load_package() -> None:
    """Load every module but the checks and what is there to be run."""
    folder = Path(ops_tests.__file__).parent
    parts = (file.relative_to(folder).with_suffix("").parts for file in sorted(folder.rglob("*.py")))
    for names in parts:
        if LEFT_OUT.isdisjoint(names):
            importlib.import_module(".".join(("ops_tests", *names)))
