"""wrangler's command line, as yargs reads it: words and flags in any order, unknown ones refused."""

from __future__ import annotations

COMMON = {"config": "c", "cwd": "", "env": "e", "help": "h"}
SWITCHES = frozenset({"help", "json", "yes", "remote", "local"})
"""Flags that take no value."""

# Each command: what it does, how many words it takes at least and at most, and its own flags.
COMMANDS: dict[tuple[str, ...], tuple[str, int, int, dict[str, str]]] = {
    ("whoami",): ("🕵️  Retrieve your user information", 0, 0, {"json": "", "account": ""}),
    ("deployments", "list"): ("Displays the 10 most recent deployments of your Worker", 0, 0, {"name": "", "json": ""}),
    ("deployments", "status"): ("View the current state of your production", 0, 0, {"name": "", "json": ""}),
    ("versions", "list"): ("List the 10 most recent Versions of your Worker", 0, 0, {"name": "", "json": ""}),
    ("secret", "list"): ("List all secrets for a Worker", 0, 0, {"name": "", "format": ""}),
    ("rollback",): ("🔙 Rollback a deployment for a Worker", 0, 1, {"name": "", "message": "m", "yes": "y"}),
    ("d1", "execute"): (
        "Execute a command or SQL file", 1, 1, {"command": "", "remote": "", "local": "", "json": "", "yes": "y"}
    ),
    ("d1", "time-travel", "info"): (
        "Retrieve information about a database at a specific point-in-time", 1, 1, {"json": "", "timestamp": ""}
    ),
    ("d1", "migrations", "list"): ("List your D1 migrations", 1, 1, {"remote": "", "local": ""}),
    ("tail",): (
        "🦚 Start a log tailing session for a Worker", 0, 1,
        {"format": "", "status": "", "header": "", "method": "", "search": "", "version-id": ""},
    ),
}  # fmt: skip


class UsageError(Exception):
    """A command line wrangler refuses; ``usage`` is what it prints of the command on standard output."""

    def __init__(self, message: str, usage: str) -> None:
        super().__init__(message)
        self.usage = usage


class HelpWanted(Exception):
    """Nothing is to be done but to print ``text``."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


def parse(argv: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Read a command line.

    Returns:
        The command's words, and its flags by long name; a switch is ``"true"``, the values of a flag that was
        repeated stand on lines. What stands behind the command's own words is ``"0"``.

    Raises:
        UsageError: With wrangler's message.
        HelpWanted: Help was asked for.
    """
    words = _command(argv)
    _summary, least, most, own = COMMANDS[words]
    flags, rest = _flags(argv, {**COMMON, **own}, words)
    if "help" in flags:
        raise HelpWanted(usage(words))
    if len(rest) < least:
        raise UsageError(f"Not enough non-option arguments: got {len(rest)}, need at least {least}", usage(words))
    if words == ("d1", "execute") and "command" not in flags:
        raise UsageError("Error: must provide --command or --file.", "")
    if len(rest) > most:
        raise UsageError(f"Unknown argument: {rest[most]}", usage(words))
    return words, {**flags, **{str(place): word for place, word in enumerate(rest)}}


def usage(words: tuple[str, ...]) -> str:
    """The help of a command."""
    summary, _least, _most, own = COMMANDS[words]
    flags = "".join(f"      --{name}\n" for name in own)
    everywhere = "".join(f"      --{name}\n" for name in COMMON)
    return f"wrangler {' '.join(words)}\n\n{summary}\n\nGLOBAL FLAGS\n{everywhere}\nOPTIONS\n{flags}"


def _command(argv: list[str]) -> tuple[str, ...]:
    """The command; its words come first."""
    words = tuple(argv[:3])
    for length in (3, 2, 1):
        if words[:length] in COMMANDS:
            return words[:length]
    listed = "".join(f"  wrangler {' '.join(command)}\n" for command in COMMANDS)
    text = f"wrangler\n\nCOMMANDS\n{listed}"
    if not words or words[0] in {"--help", "-h"}:
        raise HelpWanted(text)
    raise UsageError(f"Unknown argument: {words[0]}", text)


def _flags(argv: list[str], known: dict[str, str], words: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    letters = {f"-{letter}": name for name, letter in known.items() if letter}
    flags: dict[str, str] = {}
    rest: list[str] = []
    waiting = list(argv[len(words) :])
    while waiting:
        argument = waiting.pop(0)
        if not argument.startswith("-"):
            rest.append(argument)
            continue
        name, given, value = argument.partition("=")
        name = letters.get(name) or name.removeprefix("--")
        if name not in known:
            raise UsageError(f"Unknown argument: {name.lstrip('-')}", usage(words))
        if name in SWITCHES:
            value = value or "true"
        elif not given:
            if not waiting:
                raise UsageError(f"Not enough arguments following: {name}", usage(words))
            value = waiting.pop(0)
        flags[name] = f"{flags[name]}\n{value}" if name in flags else value
    return flags, rest
