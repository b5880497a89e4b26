"""Python files as the rules see them: a dotted name, the text, the tree."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "ops_tests"


@dataclass(frozen=True)
class Source:
    """One Python file.

    Attributes:
        path: Relative to the repository, with ``/``.
        text: Its content.
    """

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed file."""
        return ast.parse(self.text)

    @property
    def module(self) -> str:
        """The dotted name: ``ops_tests.clients.fly``."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method, nested ones too."""
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def read(folder: Path, pattern: str = "**/*.py") -> list[Source]:
    """Every Python file below a folder of the repository."""
    paths = sorted(folder.glob(pattern))
    return [Source(path.relative_to(REPOSITORY).as_posix(), path.read_text(encoding="utf-8")) for path in paths]
