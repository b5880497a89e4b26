"""How flyctl prints: Go's JSON with HTML escapes, tables with ANSI titles, usage blocks."""

from __future__ import annotations

import sys

from ops_tests.sandbox import json_text
from ops_tests.sandbox.fly.arguments import COMMANDS, GLOBAL, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def out(text: str) -> None:
    """Write to standard output at once, as Go does."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def print_json(value: object, indent: int | None = 4) -> None:
    """Write JSON as Go's encoder does: 4 blanks, HTML characters escaped; on one line without ``indent``."""
    text = json_text.dumps(value, indent)
    for character, escape in ESCAPES.items():
        text = text.replace(character, escape)
    out(text + "\n")


def print_table(title: str, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Write a table; the title is bold whatever the output is."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    lines = [" │ ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows)]
    heading = f"\x1b[1m{title}\x1b[0m\n" if title else ""
    out(heading + "".join(f" {line} \n" for line in lines) + "\n")


def print_error(message: str) -> None:
    """Write flyctl's error line."""
    sys.stderr.write(f"Error: {message}\n")


def print_usage(words: tuple[str, ...]) -> None:
    """Write a command's usage block, which cobra puts on standard output."""
    name = " ".join(("flyctl", *words))
    own, everywhere = _flag_lines(COMMANDS[words][1], words), _flag_lines(GLOBAL)
    out(f"Usage:\n  {name} [flags]\n\nFlags:\n{own}\nGlobal Flags:\n{everywhere}\n")


def print_help(words: tuple[str, ...]) -> None:
    """Write the help of a command, of a group, or of flyctl."""
    if words in COMMANDS:
        out(f"{COMMANDS[words][0]}\n\n")
        return print_usage(words)
    name = " ".join(("flyctl", *words))
    members = [(path, summary) for path, (summary, _flags) in COMMANDS.items() if path[: len(words)] == words]
    listed = "".join(f"  {path[len(words)]:<10}{summary}\n" for path, summary in members)
    return out(f"Usage:\n  {name} [command]\n\nAvailable Commands:\n{listed}\nFlags:\n{_flag_lines(GLOBAL)}\n")


def _flag_lines(flags: dict[str, str], words: tuple[str, ...] = ()) -> str:
    return "".join(f"  {f'-{short}, ' if short else '    '}--{name}{' string' if name in values(words) else ''}\n"
                   for name, short in sorted(flags.items()))  # fmt: skip
