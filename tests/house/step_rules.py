"""What is written down in two places and must be the same: marks, runbook sections, names of limits and their units."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from ops_tests.limits import Limit
from tests.house.check_rules import checks
from tests.house.source import Source

UNITS = {"s": "_seconds", "ms": "_ms", "min": "_minutes", "h": "_hours", "d": "_days", "%": "_percent"}
"""By the first word of a limit's unit: how its key ends."""


def anchor(path: str, check: str) -> str:
    """The runbook section that belongs to a check: file by subject, heading by name."""
    subject = path.rpartition("/test_")[2].removesuffix(".py")
    return f"{subject}.md#{check.removeprefix('test_').replace('_', '-')}"


def named_anchors(check: ast.FunctionDef) -> list[str]:
    """What the runbook marks of a check say."""
    marks = [mark for mark in check.decorator_list if isinstance(mark, ast.Call)]
    return [ast.unparse(mark.args[0]).strip("'") for mark in marks if ast.unparse(mark.func) == "pytest.mark.runbook"]


def headings(runbook: Mapping[str, str]) -> list[str]:
    """The sections of runbook files (name -> text) as anchors, one for each heading."""
    lines = [(name, line) for name, text in runbook.items() for line in text.splitlines() if line.startswith("## ")]
    return [f"{name}#{re.sub(r'[^a-z0-9 -]', '', line[3:].lower()).strip().replace(' ', '-')}" for name, line in lines]


def out_of_step(sources: Iterable[Source], sections: list[str]) -> list[str]:
    """Checks without their own section, sections without their check, and sections that stand twice."""
    known = [(source.path, check) for source in sources for check in checks(source)]
    wrong = [
        f"{path}::{check.name} names {named_anchors(check)}; expected {anchor(path, check.name)}"
        for path, check in known
        if named_anchors(check) != [anchor(path, check.name)] or anchor(path, check.name) not in sections
    ]
    wanted = {anchor(path, check.name) for path, check in known}
    return wrong + [f"{one} belongs to no check" for one in sections if one not in wanted or sections.count(one) > 1]


def stray_marks(declared: Mapping[str, str], expected: Iterable[str]) -> list[str]:
    """Marks declared and not expected, expected and not declared, or without one sentence."""
    differing = set(declared) ^ set(expected)
    unsaid = {mark for mark, said in declared.items() if not re.fullmatch(r"\w[^\n]+", said) or ". " in said}
    return sorted(differing | unsaid)


def unitless(limits: Mapping[str, Limit]) -> list[str]:
    """Limits whose name does not end with their unit, or whose key is not their name."""
    return [
        f"{name} is in {limit.unit} and has the key {limit.key!r}"
        for name, limit in limits.items()
        if not name.endswith(UNITS.get(limit.unit.split()[0], "")) or limit.key != f"limits.{name}"
    ]


def yes_or_no(source: Source, rules: Mapping[str, Source]) -> list[str]:
    """Rules a check of the file calls that answer with a bool: an assert on it could not say who offends."""
    return [
        f"{source.path} calls {module}.{function.name}"
        for alias, module in _rule_modules(source)
        for function in rules[module].functions
        if f"{alias}.{function.name}(" in source.text and function.returns and ast.unparse(function.returns) == "bool"
    ]


def _rule_modules(source: Source) -> Iterator[tuple[str, str]]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module == "ops_tests.rules":
            yield from ((alias.asname or alias.name, alias.name) for alias in node.names)
