"""No secret in the id of a test: pytest prints it before any report is made, and lets nobody change it."""

from __future__ import annotations

import re

import pytest

from ops_tests.plugin.known_secrets import redactor_of
from ops_tests.plugin.state import run_of

_GIVEN = pytest.StashKey[dict[str, dict[str, None]]]()
"""The values behind each clean text, in the order they came, since pytest demands that ids differ."""


@pytest.hookimpl(tryfirst=True)
def pytest_make_parametrize_id(config: pytest.Config, val: object) -> str | None:
    """Name a parameter that bears a secret by its clean text; pytest names all others."""
    run, said = run_of(config), val.pattern if isinstance(val, re.Pattern) else val
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    if run is None or not isinstance(text, str):
        return None
    clean = redactor_of(config, run).deep(text)
    if clean == text:
        return None
    given = config.stash.setdefault(_GIVEN, {}).setdefault(clean, {})
    given[text] = None
    return f"{clean}{list(given).index(text) or ''}"


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Refuse an id that a check put together from a secret itself.

    Raises:
        pytest.UsageError: The parameters in the id bear a secret.
    """
    run, parameters = run_of(item.config), item.nodeid.partition("[")[2]
    if run is None or redactor_of(item.config, run).deep(parameters) == parameters:
        return
    clean = redactor_of(item.config, run).text(item.nodeid)
    raise pytest.UsageError(f"{clean}: the id of a test bears a secret; expected one without. Look at its ids=")
