"""What pytest loads only where checks are in play; a project that did not ask for them bears nothing but options.

The rest takes a second to import, brings hooks into every phase of every test, and fixtures by common names.
"""

from __future__ import annotations

import pytest

from ops_tests.plugin.options import is_target_given
from ops_tests.plugin.reaching import checks_reached


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the suite's parts before anybody else is configured, as pytest-html reads what one of them sets."""
    if not _wanted(config):
        return
    pytest.register_assert_rewrite("ops_tests.checks")
    from ops_tests.plugin.parts import PARTS

    config.add_cleanup(
        gc.unfreeze
    )  # what `beginning` froze; here, since pytest looks for garbage before the first cleanup
    for part in PARTS:
        config.pluginmanager.register(part, part.__name__)


def _wanted(config: pytest.Config) -> bool:
    """Whether checks are run or listed, or a target is named in vain, which somebody must be told."""
    if hasattr(config, "workerinput"):
        return "ops" in config.workerinput
    return checks_reached(config) or is_target_given(config)
