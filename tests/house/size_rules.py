"""How long, how named and how described a file and its functions are."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from tests.house.source import Source

CATCH_ALL = re.compile(r"(^|_)(utils?|helpers?|common|misc|stuff|managers?)(_|$)")


def lines(source: Source) -> int:
    """Lines of a file, comments and blank lines too."""
    return len(source.text.splitlines())


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from ``def`` to its end, without the docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    described = ast.get_docstring(function) is not None
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if described else 0)


def catch_alls(source: Source) -> list[str]:
    """Names that say nothing, of files, classes and functions."""
    inside = [one.name for one in ast.walk(source.tree) if isinstance(one, ast.ClassDef | ast.FunctionDef)]
    words = [_snake(name) for name in [*source.path.removesuffix(".py").split("/"), *inside]]
    return [f"{source.path}: {name}" for name in words if CATCH_ALL.search(name)]


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def undescribed(source: Source) -> list[str]:
    """The module, public classes and public functions without a docstring."""
    bare = [] if ast.get_docstring(source.tree) else [f"{source.path} has no docstring"]
    return bare + [
        f"{source.path}:{node.lineno} {node.name} has no docstring"
        for node in _public(source.tree.body)
        if not ast.get_docstring(node)
    ]


def untyped(source: Source) -> list[str]:
    """Functions whose parameters or result lack an annotation; ``self`` and ``cls`` need none."""
    return [
        f"{source.path}:{function.lineno} {function.name}"
        for function in source.functions
        if function.returns is None or any(one.annotation is None for one in _arguments(function))
    ]


def _arguments(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = function.args
    several = [one for one in (given.vararg, given.kwarg) if one]
    return [
        *(one for one in (*given.posonlyargs, *given.args) if one.arg not in {"self", "cls"}),
        *given.kwonlyargs,
        *several,
    ]


Described = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def _public(body: Iterable[ast.stmt]) -> list[Described]:
    found: list[Described] = []
    for node in body:
        if isinstance(node, Described) and not node.name.startswith("_"):
            found += [node, *(_public(node.body) if isinstance(node, ast.ClassDef) else [])]
    return found
