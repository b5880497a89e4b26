"""Permits have one mint, and what acts is loaded by nothing that only observes."""

from __future__ import annotations

import ast

from tests.house.layer_rules import imports
from tests.house.source import Source

MINT = "ops_tests/permit.py"
ACTING = "ops_tests.clients.acting"
MAY_ACT = (ACTING, "ops_tests.acts", "ops_tests.tools")


def minted(source: Source) -> list[str]:
    """Permits made anywhere but in their mint, also under another name or as a changed copy."""
    if source.path == MINT:
        return []
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call)]
    names = _names_of_permit(source.tree)
    made = [call for call in calls if ast.unparse(call.func) in names or ast.unparse(call.func).endswith(".Permit")]
    copied = [call for call in calls if ast.unparse(call.func).endswith("replace") and _of_a_permit(call)]
    return [f"{source.path}:{call.lineno} {ast.unparse(call)}" for call in (*made, *copied)]


def _names_of_permit(tree: ast.Module) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "ops_tests.permit"
        for alias in node.names
        if alias.name == "Permit"
    }


def _of_a_permit(call: ast.Call) -> bool:
    return bool(call.args) and "permit" in ast.unparse(call.args[0]).lower()


def loads_what_acts(source: Source) -> list[str]:
    """Imports of acting clients by what only observes."""
    if source.module.startswith(MAY_ACT):
        return []
    return [f"{source.path} imports {one.name}" for one in imports(source) if one.name.startswith(ACTING)]
