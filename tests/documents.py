"""The project's documents as tests read them: fenced blocks, commands, tables, and the paths they name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
DOCUMENTS = {
    name: (REPOSITORY / name).read_text(encoding="utf-8")
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/target-file.md",
        "docs/how-to/add-a-check.md",
        "docs/how-to/add-a-platform.md",
    )
}


@dataclass(frozen=True)
class Block:
    """A fenced block: the language, the words behind it, and the text inside."""

    language: str
    words: tuple[str, ...]
    text: str


def blocks(text: str) -> list[Block]:
    """Every fenced block of a document, not those inside another."""
    found = re.findall(r"^(`{3,})(\w+)([^\n`]*)\n(.*?)^\1$", text, flags=re.MULTILINE | re.DOTALL)
    return [Block(language, tuple(words.split()), body) for _, language, words, body in found]


def prose(text: str) -> str:
    """A document without its fenced blocks."""
    return re.sub(r"^(`{3,})\w+[^\n`]*\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)


def commands(text: str) -> list[str]:
    """What a reader types: the lines of shell blocks, and commands in the prose; without comments."""
    lines = [line for block in blocks(text) if block.language == "sh" for line in block.text.splitlines()]
    inline = re.findall(r"`([^`\n]+)`", prose(text))
    cron = re.findall(r"^[*/\d ]+cd \S+ && (.*)$", text, flags=re.MULTILINE)
    typed = [part for line in [*lines, *inline, *cron] for part in re.split(r"\s&&\s", line)]
    return [
        re.sub(r"\s+#.*$", "", part).strip() for part in typed if re.match(r"(\.venv/bin/)?(make|pytest|python) ", part)
    ]


def table(text: str, *header: str) -> list[list[str]]:
    """The rows of the table that has this header, cell by cell."""
    lines = text.splitlines()
    start = lines.index(f"| {' | '.join(header)} |") + 2
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def paths(text: str) -> set[str]:
    """Files and folders of the project that a document names in its prose."""
    quoted = re.findall(r"`([\w.*/-]+)`", prose(text))
    linked = re.findall(r"\]\(([^)#:]+)\)", prose(text))
    ours = re.compile(r"(ops_tests|tests|tools|docs|\.ci|benchmarks)/.*|[\w-]+\.(md|ini|lock)")
    return {path for path in [*quoted, *linked] if ours.fullmatch(path)}
