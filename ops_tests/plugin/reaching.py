"""Whether the arguments of pytest reach the checks, so that they are about to run at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops_tests.plugin.options import CHECKS


def is_listing(config: pytest.Config) -> bool:
    """Whether pytest is only to list what there is."""
    option = config.option
    return bool(
        option.markers or option.collectonly or option.showfixtures or option.show_fixtures_per_test or option.setupplan
    )


def checks_in_play(config: pytest.Config) -> bool:
    """Whether the arguments reach the checks, so that a target is needed; ``pytest tests`` and ``--markers`` need none.

    Known before collection, because under xdist only the workers collect.
    """
    return not is_listing(config) and checks_reached(config)


def checks_reached(config: pytest.Config) -> bool:
    """Whether the arguments reach the checks, be it to run or to list them."""
    return any(_reaches_checks(config, str(argument)) for argument in config.args)


def _reaches_checks(config: pytest.Config, argument: str) -> bool:
    place = argument.partition("::")[0]
    if config.option.pyargs and place.startswith("ops_tests"):
        return True
    path = (config.invocation_params.dir / place).resolve()
    own = [Path(folder).resolve() for folder in config.getini("ops_checks")]
    return any(_meets(path, folder) for folder in (CHECKS, *own))


def _meets(path: Path, folder: Path) -> bool:
    """Whether collecting ``path`` collects from ``folder``: it lies inside, or above and not across an installation."""
    if path == folder or folder in path.parents:
        return True
    return path in folder.parents and "site-packages" not in folder.relative_to(path).parts
