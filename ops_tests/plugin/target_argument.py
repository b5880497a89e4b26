"""``--target PATH`` and ``--targets-file PATH`` with a blank before the path.

pytest looks for its ini file before it knows our options: it takes the path behind such an option for something to test
and, when that lies outside the project, looks for the project there and misses ours. Such a command is run once more
as ``--target=PATH``, which pytest cannot mistake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

OPTIONS = ("--target", "--targets-file")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Run the command once more when pytest has mistaken a target for something to test."""
    given, folder = config.invocation_params.args, config.invocation_params.dir
    if not any(_outside(folder, path) for path in _spaced(given)):
        return None
    return int(pytest.main(list(joined(given))))


def _spaced(arguments: Sequence[str]) -> Iterator[str]:
    return (value for option, value in pairwise(arguments) if option in OPTIONS)


def _outside(folder: Path, name: str) -> bool:
    path = folder / name
    return path.exists() and not path.resolve().is_relative_to(folder.resolve())


def joined(arguments: Sequence[str]) -> Iterator[str]:
    """The arguments with each of these options and its value as one.

    >>> list(joined(["-m", "daily", "--target", "a.toml"]))
    ['-m', 'daily', '--target=a.toml']
    """
    remaining = iter(arguments)
    for argument in remaining:
        value = next(remaining, None) if argument in OPTIONS else None
        yield argument if value is None else f"{argument}={value}"
