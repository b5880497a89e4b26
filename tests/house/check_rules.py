"""How a check reads: one claim, on one line of evidence, in a handful of statements."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

from ops_tests.plugin.options import SUITES
from tests.house.source import PACKAGE, Source, read

MOST_STATEMENTS = 6
CONTROL = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.TryStar, ast.With, ast.Match, ast.Raise)
ELSEWHERE = re.compile(r"(^|\.)(sleep|skip|skipif|xfail|fail|importorskip|open|print|raises)$")
"""Calls and marks that wait, leave out, expect failure, or act on their own."""
ORDERS = {"check", "verify", "ensure", "assert", "should", "that", "can", "if", "when"}


def checks(source: Source) -> list[ast.FunctionDef]:
    """The checks of a file."""
    return [node for node in source.tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def strangers(source: Source) -> list[str]:
    """What stands in a file of checks and is neither import nor check."""
    known = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    others = [node for node in source.tree.body[1:] if not isinstance(node, known) and not _type_checking(node)]
    helpers = [node for node in source.functions if not node.name.startswith("test_")]
    return [f"{source.path}:{node.lineno} {ast.unparse(node)[:40]}" for node in [*others, *helpers]]


def _type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def faults(check: ast.FunctionDef) -> list[str]:
    """Everything in which a check breaks the house's rules, one line each."""
    return [*_of_body(check), *_of_assert(check), *_of_marks(check), *_of_signature(check), *_of_words(check)]


def _body(check: ast.FunctionDef) -> list[ast.stmt]:
    return check.body[1:] if ast.get_docstring(check) else check.body


def _of_body(check: ast.FunctionDef) -> Iterator[str]:
    body = _body(check)
    if len(body) > MOST_STATEMENTS:
        yield f"has {len(body)} statements; at most {MOST_STATEMENTS}"
    for node in (one for statement in body for one in ast.walk(statement)):
        if isinstance(node, CONTROL):
            yield f"line {node.lineno}: decides ({type(node).__name__}); a fixture observes and a rule judges"
        if isinstance(node, ast.comprehension) and node.ifs:
            yield f"line {node.target.lineno}: sorts out (if {ast.unparse(node.ifs[0])}); a rule judges"
        if isinstance(node, ast.Call) and ELSEWHERE.search(ast.unparse(node.func)):
            yield f"line {node.lineno}: calls {ast.unparse(node.func)}"


def _of_assert(check: ast.FunctionDef) -> Iterator[str]:
    asserts = [node for node in ast.walk(check) if isinstance(node, ast.Assert)]
    if len(asserts) != 1:
        yield f"asserts {len(asserts)} times; once"
        return
    sentence = ast.unparse(asserts[0].msg) if asserts[0].msg else ""
    if not re.search(r"; (expected|the limit is) ", sentence):
        yield "the assert says no sentence '<what was seen>; expected <what>' or '...; the limit is <limit>'"
    before = [node for node in ast.walk(check) if isinstance(node, ast.Call) and node.lineno < asserts[0].lineno]
    if "measured" not in {ast.unparse(node.func) for node in before}:
        yield "measures nothing before it asserts, so a finding would have no value in the record"


def _of_marks(check: ast.FunctionDef) -> Iterator[str]:
    marks = [ast.unparse(node.func if isinstance(node, ast.Call) else node) for node in check.decorator_list]
    names = [mark.removeprefix("pytest.mark.") for mark in marks]
    if not set(names) & set(SUITES):
        yield f"bears no suite's mark; one of {', '.join(SUITES)}"
    if names.count("runbook") != 1:
        yield "bears not exactly one runbook mark"
    if unknown := [name for name in names if name not in {*SUITES, "runbook", "parametrize", "acts"}]:
        yield f"bears marks that are no suite: {', '.join(unknown)}"
    if len(set(names) - {"parametrize"}) < len([name for name in names if name != "parametrize"]):
        yield "bears a mark twice"
    if ("acts" in names) != leads_to_permit(argument.arg for argument in check.args.args):
        yield "acts without asking for the permit, or asks for it without the mark acts"


def leads_to_permit(names: Iterable[str]) -> bool:
    """Whether one of these fixtures asks for the permit, itself or through others."""
    return any(name == "permit" or leads_to_permit(_fixtures().get(name, ())) for name in names)


@cache
def _fixtures() -> dict[str, tuple[str, ...]]:
    """The plugin's fixtures, and what each asks for."""
    return {
        node.name: tuple(argument.arg for argument in node.args.args if argument.arg != node.name)
        for source in read(PACKAGE / "plugin")
        for node in source.functions
        if any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
    }


def _of_signature(check: ast.FunctionDef) -> Iterator[str]:
    arguments = [*check.args.posonlyargs, *check.args.args, *check.args.kwonlyargs]
    if bare := [argument.arg for argument in arguments if argument.annotation is None]:
        yield f"parameters without a type: {', '.join(bare)}"
    if check.returns is None or ast.unparse(check.returns) != "None":
        yield "returns something other than None"


def _of_words(check: ast.FunctionDef) -> Iterator[str]:
    claim = ast.get_docstring(check) or ""
    if not re.fullmatch(r"[A-Z][^\n]*\.", claim) or re.search(r"[.!?] +[A-Z]", claim):
        yield "the docstring is not one sentence on one line"
    words = check.name.removeprefix("test_").split("_")
    if len(words) < 2 or words[0] in ORDERS:
        yield "the name is no statement that is true when all is well"
