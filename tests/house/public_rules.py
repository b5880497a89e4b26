"""Of pytest and its plugins only what they publish: a private name may go with any release."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.layer_rules import imports
from tests.house.source import Source

THEIRS = frozenset({"pytest", "_pytest", "pluggy", "_pluggy", "xdist", "pytest_html", "pytest_timeout", "execnet"})
OURS = frozenset({"self", "cls"})
BY_NAME = frozenset({"getattr", "setattr", "delattr", "hasattr", "attrgetter", "methodcaller"})
"""Calls that reach an attribute by a string."""


def private_imports(source: Source) -> list[str]:
    """Imports of private modules and names of pytest, pluggy, xdist, pytest-html and pytest-timeout."""
    return [
        f"{source.path} imports {one.name}"
        for one in imports(source)
        if one.name.split(".")[0] in THEIRS and any(map(_private, one.name.split(".")))
    ]


def private_attributes(source: Source) -> list[str]:
    """Underscore attributes of anything but the object itself, and overrides of theirs in classes derived from theirs.

    What a name holds cannot be seen in the text, so in a file that deals with pytest every one of them counts.
    """
    taken = [*_by_dot(source.tree), *_by_string(source.tree), *_in_heirs(source)]
    return [f"{source.path}:{line} {name}" for line, name in taken]


def _private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def _by_dot(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and _private(node.attr) and ast.unparse(node.value) not in OURS:
            yield node.lineno, ast.unparse(node)


def _by_string(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in BY_NAME:
            words = node.args
        elif isinstance(node, ast.Subscript) and ast.unparse(node.value).endswith(("__dict__", "vars()")):
            words = [node.slice]
        else:
            continue
        if any(isinstance(one, ast.Constant) and isinstance(one.value, str) and _private(one.value) for one in words):
            yield node.lineno, ast.unparse(node)


def _in_heirs(source: Source) -> Iterator[tuple[int, str]]:
    """In a class derived from one of theirs, ``self._x`` may be theirs too."""
    theirs = {one.name.rpartition(".")[2] for one in imports(source) if one.name.split(".")[0] in THEIRS} | THEIRS
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).split(".")[0] in theirs for base in node.bases):
            for inner in ast.walk(node):
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef) and _private(inner.name):
                    yield inner.lineno, f"{node.name}.{inner.name}"
                if isinstance(inner, ast.Attribute) and _private(inner.attr) and ast.unparse(inner.value) in OURS:
                    yield inner.lineno, ast.unparse(inner)
