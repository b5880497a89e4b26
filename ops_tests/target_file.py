"""Finding and reading target files: every problem of a file in one message."""

from __future__ import annotations

import difflib
import os
import shlex
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ops_tests.errors import TargetInvalid, UnknownName
from ops_tests.target import Target
from ops_tests.target_contradictions import contradictions
from ops_tests.target_words import place_of, problem

TARGETS = Path(__file__).with_name("targets")
STAND_INS = {"name": "stand-in", "base_url": "https://stand-in.invalid"}
"""For what every target needs and this file has wrong, while the rest of it is looked at."""


@cache
def packaged_targets() -> Mapping[str, Path]:
    """The targets that come with the package, by name."""
    return {path.stem: path for path in sorted(TARGETS.glob("*.toml"))}


def typed_as(target: Target) -> str:
    """What follows ``--target`` on a command line of the working folder: a packaged target's name, else the path."""
    if packaged_targets().get(target.name) == target.file:
        return target.name
    file, here = target.file.resolve(), Path.cwd().resolve()
    return shlex.quote(str(file.relative_to(here) if file.is_relative_to(here) else file))


def find_target(name: str, folder: Path) -> Path:
    """Turn ``--target``'s word into a file: a packaged name, or a path (relative to ``folder``).

    Raises:
        UnknownName: There is neither.
    """
    packaged = packaged_targets()
    if name in packaged:
        return packaged[name]
    path = folder / Path(name).expanduser()
    if path.is_file():
        return next((one for one in packaged.values() if one.samefile(path)), path)
    if path.is_dir():
        raise UnknownName(f"target {name} is a folder; name the .toml file in it")
    if name.endswith(".toml") or os.sep in name:
        raise UnknownName(f"target file {name} does not exist; looked at {path}")
    guess = difflib.get_close_matches(name, packaged, 1)
    hint = f"did you mean {guess[0]}? " if guess else ""
    raise UnknownName(
        f"unknown target {name!r}; {hint}there are {', '.join(packaged)}, or give the path of a .toml file"
    )


def load_target(path: Path, environ: Mapping[str, str], overrides: Mapping[str, Any] | None = None) -> Target:
    """Read and check a target file.

    Args:
        path: The TOML file.
        environ: Where its variables are looked up.
        overrides: Keys that replace the file's, in a table only those named (where the sandbox is).

    Raises:
        TargetInvalid: With every problem of the file in one message.
    """
    try:
        table: dict[str, Any] = {"name": path.stem, **tomllib.loads(path.read_text(encoding="utf-8"))}
    except (OSError, UnicodeDecodeError) as error:
        raise TargetInvalid(f"target file {path} cannot be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise TargetInvalid(f"target file {path} is not TOML: {error}") from None
    table = _laid_over(table, overrides or {})
    target, problems = _sound(table)
    taken = {name for name, file in packaged_targets().items() if file != path}
    problems += contradictions(target, table, path, taken)
    if problems:
        raise TargetInvalid(_message(path, problems))
    return target.placed(path, environ)


def _sound(table: Mapping[str, Any]) -> tuple[Target, list[str]]:
    """The target without what is wrong in itself, and what that is.

    Unknown keys are left out alone. Any other mistake leaves out its whole part, because nobody knows what the part
    would be without it.
    """
    problems: list[str] = []
    while True:
        try:
            return Target.model_validate(table), problems
        except ValidationError as error:
            wrong = error.errors(include_url=False)
            problems += map(problem, wrong)
            table = STAND_INS | _without(table, wrong)


def _without(table: Mapping[str, Any], wrong: Iterable[ErrorDetails]) -> dict[str, Any]:
    left: Any = table
    dropped = {item["loc"][0] for item in wrong if item["type"] != "extra_forbidden"}
    for item in wrong:
        if item["type"] == "extra_forbidden" and item["loc"][0] not in dropped:
            left = _without_key(left, *place_of(item["loc"]))
    return {key: value for key, value in left.items() if key not in dropped}


def _without_key(node: Any, step: int | str, *further: int | str) -> Any:
    """A table or list without the key at this place."""
    if isinstance(node, list):
        return [_without_key(one, *further) if place == step else one for place, one in enumerate(node)]
    if further:
        return {**node, step: _without_key(node[step], *further)}
    return {key: value for key, value in node.items() if key != step}


def _laid_over(table: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The table with other values for some keys, and of a table within it for some of its keys."""
    both = {
        key: {**table[key], **value} if isinstance(table.get(key), dict) else value for key, value in overrides.items()
    }
    return {**table, **both}


def _message(path: Path, problems: list[str]) -> str:
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    return "\n".join([f"target file {path} has {count}:", *(f"  - {problem}" for problem in problems)])
