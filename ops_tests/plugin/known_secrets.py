"""The redactor of a run: of all secrets of all its targets, and of its history's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ops_tests.plugin.history.place import history_url
from ops_tests.plugin.redaction import Redactor
from ops_tests.target import Target

if TYPE_CHECKING:
    from ops_tests.plugin.state import Run

_REDACTOR = pytest.StashKey[tuple[dict[str, Target], Redactor]]()


def redactor_of(config: pytest.Config, run: Run) -> Redactor:
    """The redactor of all secrets of all targets, made anew once the sandbox's are known."""
    targets, redactor = config.stash.get(_REDACTOR, (None, None))
    if redactor is None or targets is not run.targets:
        known = [secret for target in run.targets.values() for secret in target.known_secrets()]
        redactor = Redactor([*known, *filter(None, [history_url(config.rootpath)])])
        config.stash[_REDACTOR] = (run.targets, redactor)
    return redactor
