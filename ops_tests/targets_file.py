"""Naming many targets: from words, on the command line and in a file, to targets that are each there once."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import UsageProblem
from ops_tests.target_file import find_target, load_target, packaged_targets

if TYPE_CHECKING:
    from ops_tests.target import Target


@dataclass(frozen=True)
class Naming:
    """One naming of a target.

    Attributes:
        word: A packaged target's name, or the path of a file.
        folder: What a path is relative to.
        place: Where in a targets file it stands (``line 3``), or "" of the command line.
    """

    word: str
    folder: Path
    place: str = ""

    def typed(self, here: Path) -> str:
        """What names the same target behind ``--target`` in the folder ``here``."""
        if not self.place or self.word in packaged_targets():
            return self.word
        file = (self.folder / Path(self.word).expanduser()).resolve()
        return str(file.relative_to(here) if file.is_relative_to(here) else file)


def read_namings(file: Path) -> list[Naming]:
    """Read a targets file: a name or path a line, paths relative to the file, ``#`` begins a comment.

    Raises:
        UsageProblem: It cannot be read, or names no target.
    """
    if file.suffix == ".toml":
        raise UsageProblem(f"--targets-file {file} is a target file; name it with --target, or name the file of names")
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageProblem(f"--targets-file {file} is no text in UTF-8; save it as such") from None
    except OSError as error:
        raise UsageProblem(f"--targets-file {file} cannot be read: {error.strerror}") from None
    words = [(number, re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()) for number, line in enumerate(lines, 1)]
    named = [Naming(word, file.parent, f"line {number}") for number, word in words if word]
    if not named:
        expected = "expected the name of a target or the path of its .toml file in each line"
        raise UsageProblem(f"--targets-file {file} names no target; {expected}")
    return named


@dataclass(frozen=True)
class Named:
    """A target and what follows ``--target`` to name it alone."""

    target: Target
    typed: str


def load_named(namings: Iterable[Naming], environ: Mapping[str, str], here: Path, file: Path | None) -> list[Named]:
    """Load every target that is named.

    Args:
        namings: What names them.
        environ: Where their variables are looked up.
        here: The working folder.
        file: The targets file, if there is one.

    Raises:
        UsageProblem: A target does not exist, is invalid or is named twice; every such problem in one message.
    """
    found: dict[str, tuple[Naming, Target]] = {}
    problems: list[str] = []
    for naming in namings:
        try:
            target = load_target(find_target(naming.word, naming.folder), environ)
        except UsageProblem as error:
            problems.append(_said(naming, str(error)))
            continue
        if target.name in found:
            problems.append(_said(naming, _twice(target, *found[target.name])))
        else:
            found[target.name] = naming, target
    if problems:
        raise UsageProblem(_message(problems, file))
    return [Named(target, shlex.quote(naming.typed(here))) for naming, target in found.values()]


def _said(naming: Naming, problem: str) -> str:
    return f"{naming.place}: {problem}" if naming.place else problem


def _twice(target: Target, naming: Naming, first: Target) -> str:
    before = f", first by {naming.place}" if naming.place else ", first by --target"
    if target.file.samefile(first.file):
        return f"the target {target.name!r} is named twice{before}; take one out"
    return f"two targets are called {target.name!r}: {first.file} and {target.file}{before}; rename one"


def _message(problems: list[str], file: Path | None) -> str:
    if file is None:
        return "\n".join(problems)
    count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
    indented = (problem.replace("\n", "\n    ") for problem in problems)
    return "\n".join([f"--targets-file {file} has {count}:", *(f"  - {problem}" for problem in indented)])
