"""Reading ``waivers.toml``: every problem of the file in one message.

A waiver is somebody's word that a finding is known and accepted until a day. It is written like this::

    [[waiver]]
    check = "platform/secrets_are_the_documented_ones"
    reason = "the old key goes with release 1.8"
    owner = "anna"
    until = 2026-12-31
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field, ValidationError

from ops_tests.errors import WaiversInvalid
from ops_tests.records.run import Waiver
from ops_tests.target_file import TARGETS

if TYPE_CHECKING:
    from ops_tests.target import Target

NAME = "waivers.toml"
_Text = Annotated[str, Field(pattern=r"\S")]


class _Written(Waiver):
    """A waiver as it must be written: nothing empty, and a day that TOML itself knows as one."""

    check: _Text
    reason: _Text
    owner: _Text
    until: Annotated[date, Field(strict=True)]


def waivers_path(target: Target, project: Path) -> Path:
    """Where a target's waivers lie: beside its file; for a target of the package in ``project``, beside pytest.ini."""
    folder = project if target.file.parent == TARGETS else target.file.parent
    return folder / NAME


def load_waivers(path: Path) -> tuple[Waiver, ...]:
    """Read and check a file of waivers; without the file nothing is waived.

    Raises:
        WaiversInvalid: With every problem of the file in one message.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise WaiversInvalid(f"waivers file {path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise WaiversInvalid(f"waivers file {path} is not TOML: {error}") from None
    written = table.pop("waiver", [])
    problems = [f"{key}: unknown key; expected only [[waiver]]" for key in table]
    if not isinstance(written, list):
        problems.append("waiver: this must be a list; write [[waiver]] with two brackets")
        written = []
    waivers: list[Waiver] = []
    for place, entry in enumerate(written, start=1):
        try:
            waivers.append(_Written.model_validate(entry))
        except ValidationError as error:
            problems += [f"waiver {place}: {problem}" for problem in _problems(error)]
    if problems:
        count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
        raise WaiversInvalid("\n".join([f"waivers file {path} has {count}:", *(f"  - {one}" for one in problems)]))
    return tuple(waivers)


def _problems(error: ValidationError) -> Iterator[str]:
    for item in error.errors():
        yield _problem(".".join(map(str, item["loc"])), item)


def _problem(key: str, item: Any) -> str:
    known = tuple(Waiver.model_fields)
    if item["type"] == "extra_forbidden":
        guess = difflib.get_close_matches(key, known, 1)
        return f"{key}: unknown key; " + (f"did you mean {guess[0]}?" if guess else f"known here: {', '.join(known)}")
    if item["type"] == "missing":
        return f"{key}: missing; add it"
    if item["type"] == "string_pattern_mismatch":
        return f"{key}: empty; say it in words"
    wanted = "a day without quotes, like 2026-12-31" if key == "until" else "text in quotes"
    return f"{key or 'entry'}: expected {wanted} (found {item['input']!r:.60})"
