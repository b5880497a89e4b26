"""Which level an entry has: the platform's own (Fly.io calls all an app prints info), or the one its text carries."""

from __future__ import annotations

import re

_NAME = r"(?:err|error|fatal|crit|critical|panic|alert|emerg|emergency)\b"
_NAMES = frozenset({"err", "error", "fatal", "crit", "critical", "panic", "alert", "emerg", "emergency"})
_TIME = r"(?:[\[(]?\d{4}[-/]\d\d[-/]\d\d[T ]?[\d:.,]*(?:Z| ?[+-]\d\d:?\d\d)?[\])]?,?\s{1,4})?"

_AT_THE_BEGINNING = re.compile(
    rf"{_TIME}(?:"
    r"(?-i:ERROR|FATAL|CRITICAL|PANIC)(?=[\s:\]|]|$)"  # ERROR cannot bind port
    r"|(?:npm )?(?:error|fatal)(?: error)?:\s|npm (?:ERR!|error)\s"  # error: as winston and npm print it
    r"|(?-i:Uncaught|Unhandled)\w*\s|(?-i:Unhandled)\w+:"  # what Node prints before it ends
    r"|(?-i:[A-Z])[\w.$]{0,80}(?-i:Error|Exception)(?: \[\w+\])?:(?:\s|$)"  # TypeError: as console.error prints it
    r"|(?-i:Error) \[\w+\]:\s"
    r"|\{\"level\":(?:50|60),"  # pino writes numbers, the level first
    r"|(?-i:[A-Z_]+/[A-Z_]+):? [a-z ]{0,40}\berror for\b"  # APP/UNINSTALLED: cleanup error for SHOP
    r")",
    re.IGNORECASE,
)
# [error] is a tag where only times and other tags stand before it; later it is somebody's word.
_BRACKETED = re.compile(rf"(?:\[[^\]\n]{{0,80}}\]|[\d\s:.,/TZ+-]){{0,80}}\[{_NAME}\]", re.IGNORECASE)
_FIELD = re.compile(
    rf"(?<![\w?&.-])(?:(?:level|lvl|severity|levelname|log\.level)=[\"']?{_NAME}"
    rf"|\\?\"(?:level|lvl|severity|levelname|log\.level)\\?\"\s{{0,9}}:\s{{0,9}}\\?\"{_NAME})",
    re.IGNORECASE,
)

_MARKS = ("err", "fatal", "crit", "panic", "alert", "emerg", "exception", "uncaught", "unhandled", '{"level":')


def may_say_error(level: str, lowered: str) -> bool:
    """A cheap look that is never wrong about no: without one of these words no pattern here or in ``log_errors`` fits.

    Args:
        level: The platform's own level.
        lowered: The entry's text in lower case.
    """
    return level.lower() in _NAMES or any(mark in lowered for mark in _MARKS)


def says_error(level: str, text: str) -> bool:
    """Whether the platform or the text itself puts the entry at level error or above.

    Args:
        level: The platform's own level.
        text: The entry's text.
    """
    if level.lower() in _NAMES:
        return True
    return any((_AT_THE_BEGINNING.match(text), _BRACKETED.match(text), _FIELD.search(text)))
