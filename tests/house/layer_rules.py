"""Which way imports go, and which files are the doors to the outside."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from tests.house.source import Source

GROUND = frozenset(
    {
        *{
            "errors",
            "locked_folder",
            "alert_settings",
            "target",
            "target_cloudflare",
            "target_parts",
            "target_values",
            "limits",
            "target_file",
            "targets_file",
        },
        *{"waiver_file", "permit", "records"},
    }
)
READING = frozenset({"target_words", "target_contradictions"})
BELOW = {
    "errors": frozenset[str](),
    "locked_folder": frozenset[str](),
    "records": frozenset({"errors", "records"}),
    "limits": frozenset({"errors", "records"}),
    "target_values": frozenset[str](),
    "target_parts": frozenset({"target_values"}),
    "target_cloudflare": frozenset({"target_parts", "target_values"}),
    "alert_settings": frozenset({"target_parts", "target_values"}),
    "target": frozenset(
        {"errors", "records", "limits", "target_cloudflare", "target_parts", "target_values", "alert_settings"}
    ),
    **dict.fromkeys(READING, frozenset({"limits", "target_cloudflare", "target_parts", "alert_settings", "target"})),
    "target_file": frozenset({"errors", "records", "limits", "target_parts", "target"}) | READING,
    "targets_file": frozenset({"errors", "target", "target_file"}),
    "waiver_file": frozenset({"errors", "records", "target", "target_file"}),
    "permit": frozenset({"errors", "target"}),
    "clients": GROUND | {"clients"},
    "rules": GROUND | {"rules"},
    "sandbox": GROUND | {"sandbox"},
    "acts": GROUND | {"clients", "rules", "sandbox", "acts"},
    "plugin": GROUND | {"clients", "rules", "sandbox", "acts", "plugin"},
    "checks": GROUND - {"errors", "target_file", "target_values", "waiver_file", "alert_settings"} | {"rules"},
    "tools": GROUND | {"clients", "rules", "sandbox", "acts", "plugin", "tools"},
    "__main__": frozenset({"tools"}),
    "": frozenset[str](),
}
"""What each part of ``ops_tests`` may import; the version in ``ops_tests`` itself is everybody's."""
CHECKS_ALSO = {"ops_tests.plugin.recording", "ops_tests.plugin.instruments"}
"""The types of the fixtures that a check names in its signature."""

SANDBOX = "ops_tests/sandbox/*"
DOORS = {
    "a process": (
        {"subprocess", "multiprocessing", "pty", "asyncio.subprocess"},
        r"os.exec* os.spawn* os.posix_spawn* os.system os.popen os.fork*",
        ("ops_tests/clients/command.py", SANDBOX),
    ),
    "a database connection": (
        {"psycopg2", "psycopg", "asyncpg", "sqlalchemy"},
        "",
        ("ops_tests/clients/database*.py", "ops_tests/clients/acting/*", "ops_tests/plugin/history/store.py", SANDBOX),
    ),
    "whoever is told": ({"apprise"}, "", ("ops_tests/plugin/alerts/sending.py",)),
    "an SQLite file": ({"sqlite3"}, "", ("ops_tests/plugin/history/store.py", SANDBOX)),
    "the network": (
        {
            "requests",
            "urllib3",
            "socket",
            "ssl",
            "socketserver",
            "http.client",
            "http.server",
            "urllib.request",
            "httpx",
        },
        "",
        ("ops_tests/clients/*", "ops_tests/plugin/alerts/sending.py", SANDBOX),
    ),
    "the environment": (
        set[str](),
        "os.environ* os.getenv* os.putenv os.unsetenv",
        ("ops_tests/target.py", "ops_tests/plugin/options.py", "ops_tests/clients/command.py", SANDBOX),
    ),
}
"""By what is reached: the modules, the names of ``os``, and the files that may use them."""


@dataclass(frozen=True)
class Import:
    """One imported module or name, dotted, and whether only type checkers see it."""

    name: str
    typing_only: bool


def imports(source: Source) -> list[Import]:
    """Everything a file imports, also inside functions; ``from a import b`` counts as ``a.b``."""
    hidden = {id(node) for block in _type_checking_blocks(source.tree) for node in ast.walk(block)}
    return [
        Import(name, id(node) in hidden)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _names(node, source)
    ]


def _type_checking_blocks(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            yield from node.body


def _names(node: ast.Import | ast.ImportFrom, source: Source) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if node.level:
        steps = node.level - source.path.endswith("__init__.py")
        base = ".".join(source.module.split(".")[: -steps or None])
        return [".".join(filter(None, (base, node.module, alias.name))) for alias in node.names]
    return [f"{node.module}.{alias.name}" for alias in node.names]


def part_of(module: str) -> str:
    """The part of ``ops_tests`` a dotted name lies in: ``clients``; "" for the package itself."""
    second = module.split(".")[1:2]
    return second[0] if second and second[0] in BELOW else ""


def wrong_way(source: Source) -> list[str]:
    """Imports against the direction of the layers, and of the tests."""
    return [
        f"{source.path} imports {one.name}"
        for one in imports(source)
        if one.name.split(".")[0] in {"ops_tests", "tests", "conftest"} and not _allowed(source, one)
    ]


def _allowed(source: Source, one: Import) -> bool:
    if not one.name.startswith("ops_tests"):
        return False
    here, there = part_of(source.module), part_of(one.name)
    if here == "checks" and one.name.rpartition(".")[0] in CHECKS_ALSO:
        return True
    return there in BELOW[here] | {""} or (here == "checks" and there == "clients" and one.typing_only)


def late_bound(source: Source) -> list[str]:
    """Imports by a string, which no reader and no rule can follow."""
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    hidden = {"__import__", "import_module", "importlib.import_module", "eval", "exec"}
    return [
        f"{source.path}:{call.lineno} {ast.unparse(call.func)}" for call in calls if ast.unparse(call.func) in hidden
    ]


def cycle(sources: Iterable[Source]) -> list[str]:
    """The parts that import each other in a circle, or nothing."""
    left: dict[str, set[str]] = {}
    for source in sources:
        here = part_of(source.module)
        there = {part_of(one.name) for one in imports(source) if one.name.startswith("ops_tests.")}
        left[here] = left.get(here, set()) | there - {here}
    while free := [part for part, needs in left.items() if not needs & left.keys()]:
        for part in free:
            del left[part]
    return sorted(left)


def side_doors(source: Source) -> list[str]:
    """Uses of the outside world in a file that is not its door."""
    return [
        f"{source.path} reaches {what} through {name}"
        for what, (modules, names, doors) in DOORS.items()
        if not any(fnmatch(source.path, door) for door in doors)
        for name in sorted(_used(source))
        if _inside(name, modules) or any(fnmatch(name, pattern) for pattern in names.split())
    ]


def _used(source: Source) -> set[str]:
    """Imported names, and what is taken from ``os`` by a dot."""
    taken = {ast.unparse(node) for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)}
    return {one.name for one in imports(source)} | {
        name for name in taken if name.startswith("os.") and name.count(".") == 1
    }


def _inside(name: str, modules: set[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)
