"""What pytest loads only where checks are in play; a project that did not ask for them bears nothing but options.

The rest takes a second to import, brings hooks into every phase of every test, and fixtures by common names.
"""

from __future__ import annotations

from types import ModuleType

import pytest

from ops_tests.plugin.options import is_target_given
from ops_tests.plugin.reaching import checks_reached, is_listing


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Load the suite's parts before anybody else is configured, as pytest-html reads what one of them sets."""
    if not _wanted(config):
        return
    from ops_tests.plugin import garbage

    garbage.look_seldom(config)
    pytest.register_assert_rewrite("ops_tests.checks")
    for part in _parts(config):
        config.pluginmanager.register(part, part.__name__)
    garbage.leave_out_what_is_here()


def _parts(config: pytest.Config) -> tuple[ModuleType, ...]:
    from ops_tests.plugin.parts import PARTS

    if is_listing(config):
        return PARTS
    from ops_tests.plugin.parts_of_a_run import PARTS_OF_A_RUN

    return (*PARTS, *PARTS_OF_A_RUN)


def _wanted(config: pytest.Config) -> bool:
    """Whether checks are run or listed, or a target is named in vain, which somebody must be told."""
    if hasattr(config, "workerinput"):
        return "ops" in config.workerinput
    return checks_reached(config) or is_target_given(config)
