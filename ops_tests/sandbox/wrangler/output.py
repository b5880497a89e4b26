"""How wrangler prints: JSON as JavaScript writes it, errors in colours whatever the output is, banners, tables."""

from __future__ import annotations

import os
import sys
import time

from ops_tests.sandbox import json_text

VERSION = "4.86.0"
MARK = "\x1b[31m✘ \x1b[41;31m[\x1b[41;97mERROR\x1b[41;31m]\x1b[0m"


def out(text: str) -> None:
    """Write to standard output at once."""
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def print_json(value: object, indent: int = 2) -> None:
    """Write JSON as ``JSON.stringify(value, null, indent)`` does."""
    out(json_text.dumps(value, indent) + "\n")


def print_banner() -> None:
    """Write what stands above every answer that is for people."""
    title = f" ⛅️ wrangler {VERSION}"
    out(f"\n{title}\n{'─' * len(title)}\n")


def print_error(message: str, *notes: str) -> None:
    """Write an error; the lines of each note are indented."""
    told = "".join(f"  {line}\n" for note in notes for line in note.splitlines())
    sys.stderr.write(f"{MARK} \x1b[1m{message}\x1b[0m\n\n{told}{chr(10) if told else ''}\n")


def print_log_place() -> None:
    """Say where the log is; the real one writes it."""
    folder = os.environ.get("WRANGLER_LOG_PATH") or f"{os.environ.get('HOME', '')}/.config/.wrangler/logs"
    sys.stderr.write(f'🪵  Logs were written to "{folder}/wrangler-{time.strftime("%Y-%m-%d_%H-%M-%S")}_000.log"\n')


def print_names(names: list[str]) -> None:
    """Write a table of one column."""
    width = max(len(name) for name in [*names, "Name"])
    rule = "─" * (width + 2)
    rows = "".join(f"│ {name.ljust(width)} │\n" for name in names)
    out(f"┌{rule}┐\n│ {'Name'.ljust(width)} │\n├{rule}┤\n{rows}└{rule}┘\n")
