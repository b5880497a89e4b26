"""flyctl's command line: the command tree, and flags as pflag reads them, before, between and behind the words."""

from __future__ import annotations

GLOBAL = {"access-token": "t", "verbose": "", "debug": "", "help": "h"}
APP = {"app": "a", "config": "c"}
VALUES = frozenset({"access-token", "app", "config", "region", "machine", "check-name", "rate", "org", "bind-addr",
                    "timeout", "container"})  # fmt: skip
OWN_VALUES = {
    ("machine", "restart"): frozenset({"signal", "time"}),
    ("scale", "memory"): frozenset({"group"}),
    ("deploy",): frozenset({"image", "strategy", "wait-timeout"}),
}
"""Flags that take a value only there: for ``releases``, ``--image`` takes none."""
HIDDEN = {"instance": "machine", "i": "machine"}

# Each command: what it does, and its flags with their one-letter names.
COMMANDS: dict[tuple[str, ...], tuple[str, dict[str, str]]] = {
    ("version",): ("Show version information for the flyctl command", {"json": "j"}),
    ("auth", "whoami"): ("Displays the users email address/service identity currently authenticated", {"json": "j"}),
    ("status",): ("Show app status", {**APP, "json": "j", "all": "", "deployment": "", "watch": "", "rate": ""}),
    ("machine", "list"): ("List Fly machines", {**APP, "json": "j", "quiet": "q"}),
    ("checks", "list"): ("List health checks", {**APP, "json": "j", "check-name": ""}),
    ("releases",): ("List app releases", {**APP, "json": "j", "image": ""}),
    ("secrets", "list"): ("List application secret names, digests and creation times", {**APP, "json": "j"}),
    ("logs",): ("View app logs", {**APP, "json": "j", "no-tail": "n", "region": "r", "machine": "m", "select": "s"}),
    ("config", "show"): ("Show an app's configuration", {**APP, "local": "", "yaml": "", "toml": ""}),
    ("scale", "show"): ("Show current resources", {**APP, "json": "j"}),
    ("image", "show"): ("Show image details", {**APP, "json": "j"}),
    ("machine", "exec"): (
        "Execute a command on a machine",
        {**APP, "json": "j", "timeout": "", "container": "", "no-container": "", "select": "s"},
    ),
    ("volumes", "list"): ("List the volumes associated with the current application", {**APP, "json": "j", "all": ""}),
    ("volumes", "snapshots", "list"): (
        "List snapshots associated with the specified volume",
        {"app": "a", "json": "j"},
    ),
    ("mpg", "list"): (
        "List MPG clusters owned by the specified organization",
        {"org": "o", "json": "j", "deleted": ""},
    ),
    ("mpg", "backup", "list"): ("List backups for a Managed Postgres cluster", {"json": "j", "all": ""}),
    ("proxy",): (
        "Proxies connections to a Fly Machine.",
        {**APP, "org": "o", "select": "s", "quiet": "q", "bind-addr": "b", "watch-stdin": ""},
    ),
    ("machine", "restart"): (
        "Restart one or more Fly machines.",
        {**APP, "signal": "s", "time": "", "force": "", "skip-health-checks": ""},
    ),
    ("machine", "start"): ("Start one or more Fly machines", APP),
    ("scale", "memory"): ("Set VM memory", {**APP, "group": "g"}),
    ("deploy",): (
        "Deploy Fly applications",
        {**APP, "image": "i", "strategy": "", "wait-timeout": "", "yes": "y", "now": "", "detach": ""},
    ),
}
POSITIONAL = {
    ("machine", "exec"): (1, 2),
    ("volumes", "snapshots", "list"): (1, 1),
    ("mpg", "backup", "list"): (1, 1),
    ("proxy",): (1, 2),
    ("machine", "restart"): (0, 100),
    ("machine", "start"): (0, 100),
    ("scale", "memory"): (1, 1),
    ("deploy",): (0, 1),
}
"""How many words a command takes behind its own, at least and at most; the others take none."""
ALIASES = {"machines": "machine", "m": "machine", "ls": "list", "img": "image", "display": "show",
           "volume": "volumes", "vol": "volumes", "v": "volumes", "snapshot": "snapshots", "snaps": "snapshots",
           "backups": "backup"}  # fmt: skip
GROUPS = frozenset(words[:place] for words in COMMANDS for place in range(1, len(words)))


class UsageError(Exception):
    """A command line flyctl refuses; ``words`` is the command whose usage it prints."""

    def __init__(self, message: str, words: tuple[str, ...]) -> None:
        super().__init__(message)
        self.words = words


class HelpWanted(Exception):
    """A group without a known subcommand, or ``--help``."""

    def __init__(self, words: tuple[str, ...]) -> None:
        super().__init__()
        self.words = words


def parse(arguments: list[str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Read a command line.

    Returns:
        The command's words, and its flags by long name; a flag without a value is ``"true"``. The words behind the
        command's own stand there under ``"0"``, ``"1"``.

    Raises:
        UsageError: With flyctl's message.
        HelpWanted: Nothing is to be done but to print help.
    """
    words = command(arguments)
    flags, rest = _flags(words, arguments)
    if "help" in flags:
        raise HelpWanted(words)
    _count(rest, words)
    return words, {**flags, **{str(place): word for place, word in enumerate(rest)}}


def _count(rest: list[str], words: tuple[str, ...]) -> None:
    if words not in POSITIONAL and rest:
        name = " ".join(("flyctl", *words))
        raise UsageError(f'unknown command "{rest[0]}" for "{name}"', words)
    least, most = POSITIONAL.get(words, (0, 0))
    if not least <= len(rest) <= most:
        wanted = f"{least} arg(s)" if least == most else f"between {least} and {most} arg(s)"
        raise UsageError(f"accepts {wanted}, received {len(rest)}", words)


def command(arguments: list[str]) -> tuple[str, ...]:
    """The command's words, found the way cobra does: flags and their values are passed over."""
    found = tuple(ALIASES.get(word, word) for word in _words(arguments)[:3])
    if not found:
        raise HelpWanted(())
    for length in range(len(found), 0, -1):
        if found[:length] in COMMANDS:
            return found[:length]
    for length in (2, 1):
        if found[:length] in GROUPS:
            raise HelpWanted(found[:length])
    first = _words(arguments)[0]
    raise UsageError(f'unknown command "{first}" for "flyctl"', ())


def values(words: tuple[str, ...]) -> frozenset[str]:
    """The flags of a command that take a value."""
    return VALUES | OWN_VALUES.get(words, frozenset())


def _words(arguments: list[str]) -> list[str]:
    words, skip = [], False
    letters = {short for name, short in {**GLOBAL, **_all_flags()}.items() if name in VALUES and short}
    for argument in arguments:
        if skip:
            skip = False
        elif argument.startswith("--"):
            skip = "=" not in argument and argument[2:] in VALUES
        elif argument.startswith("-") and len(argument) > 1:
            skip = len(argument) == 2 and argument[1] in letters
        else:
            words.append(argument)
    return words


def _all_flags() -> dict[str, str]:
    return {name: short for _summary, flags in COMMANDS.values() for name, short in flags.items()}


def _flags(words: tuple[str, ...], arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """The flags, and the words that are not the command's own."""
    known = {**COMMANDS[words][1], **GLOBAL}
    flags: dict[str, str] = {}
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument.startswith("--"):
            _long(argument[2:], known, flags, waiting, words)
        elif argument.startswith("-") and len(argument) > 1:
            _bundle(argument[1:], known, flags, waiting, words)
        else:
            rest.append(argument)
    return flags, rest[len(words) :]


def _long(text: str, known: dict[str, str], flags: dict[str, str], waiting: list[str], words: tuple[str, ...]) -> None:
    name, given, value = text.partition("=")
    name = HIDDEN.get(name, name) if "machine" in known else name
    if name not in known:
        raise UsageError(f"unknown flag: --{name}", words)
    takes_value = name in values(words)
    if takes_value and not given:
        if not waiting:
            raise UsageError(f"flag needs an argument: --{name}", words)
        value = waiting.pop(0)
    flags[name] = value if given or takes_value else "true"


def _bundle(
    letters: str, known: dict[str, str], flags: dict[str, str], waiting: list[str], words: tuple[str, ...]
) -> None:
    """``-jn``, ``-a app``, ``-aapp``, ``-a=app``."""
    names = {short: name for name, short in known.items() if short}
    if "machine" in known:
        names["i"] = "machine"
    for place, letter in enumerate(letters):
        if letter not in names:
            raise UsageError(f"unknown shorthand flag: '{letter}' in -{letters}", words)
        if names[letter] not in values(words):
            flags[names[letter]] = "true"
            continue
        value = letters[place + 1 :].removeprefix("=")
        if not value and not waiting:
            raise UsageError(f"flag needs an argument: '{letter}' in -{letters}", words)
        flags[names[letter]] = value or waiting.pop(0)
        return
