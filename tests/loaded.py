"""The whole package, loaded at once: pytest drops what a run within a process loads, and half of it lives on."""

from __future__ import annotations

import importlib
import pkgutil

import ops_tests

PYTESTS_OWN = "ops_tests.checks"
"""Imported by pytest as it collects them."""


def load_package() -> None:
    """Load every module but the checks and what is there to be run."""
    for module in pkgutil.walk_packages(ops_tests.__path__, "ops_tests."):
        if not module.name.startswith(PYTESTS_OWN) and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
