"""``logs``: new entries of the platform's log for some time, then an end by itself.

It pages and never tails: a tail leaves an agent and a WireGuard peer behind, and does not say what it missed.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import click

from ops_tests.errors import Blind, UsageProblem
from ops_tests.plugin.redaction import Redactor
from ops_tests.rules.log_entries import Entry, settled
from ops_tests.rules.log_errors import kind
from ops_tests.rules.log_following import Course, Filter, shown
from ops_tests.rules.log_topics import topic

if TYPE_CHECKING:
    from rich.console import Console

    from ops_tests.records.logs import LogLine, LogWindow
    from ops_tests.target import Target

LONGEST_HOURS = 24
PAUSE_SECONDS = 1.0
"""Fly.io allows one request a second for each app."""
COMMAND_PAUSE_SECONDS = 5.0
"""``fly logs`` logs in anew and asks several times by itself, so it is typed less often."""
COLOURS = ("cyan", "magenta", "green", "blue", "yellow", "bright_cyan", "bright_magenta", "bright_green")
_UNITS = {"s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds_of(text: str) -> float:
    """Seconds of a time as people type it: ``30s``, ``5m``, ``1h``.

    Raises:
        UsageProblem: It is none, or longer than a day.
    """
    found = re.fullmatch(r"(\d{1,6}(?:\.\d+)?) ?(s|min|m|h)", text.strip())
    seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
    if not 0 < seconds <= LONGEST_HOURS * 3600:
        raise UsageProblem(f"--for {text!r} is no time; expected one up to {LONGEST_HOURS}h, like 30s, 5m or 1h")
    return seconds


@dataclass
class Watch:
    """What is shown of the log of one target.

    Attributes:
        target: The target.
        wanted: Which entries are shown.
        as_json: One JSON document a line.
        entries: How many entries there were.
        matched: How many of them were shown.
    """

    target: Target
    wanted: Filter
    as_json: bool = False
    entries: int = 0
    matched: int = 0
    _pending: list[LogLine] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._clean = Redactor(self.target.known_secrets()).text
        self._show = _as_json if self.as_json else _printer()

    def take(self, lines: list[LogLine], until: datetime) -> None:
        """Show what is complete of the new lines and of those that waited for more."""
        found, self._pending = settled(sorted([*self._pending, *lines], key=lambda line: line.timestamp), until)
        for entry in found:
            self.see(entry)

    def see(self, entry: Entry) -> None:
        """Show an entry if it is wanted."""
        text = self._clean(shown(entry))
        self.entries += 1
        if self.wanted.wants(entry, text):
            self.matched += 1
            self._show(entry, text)

    def end(self) -> None:
        """Show what still waited."""
        self.take([], datetime.max.replace(tzinfo=UTC))


def watch(target: Target, seconds: float, wanted: Filter, *, as_json: bool) -> None:
    """Show new entries for so long, or until Ctrl-C, and say what time they cover.

    Raises:
        UsageProblem: The target has no platform.
        Blind: The log could not be read at first, or not at the end.
    """
    from ops_tests.clients.fly_platform import connect

    if target.platform is None:
        raise UsageProblem(f"{target.file} has no [platform], so there is no log to read; add it with kind and app")
    told: dict[str, None] = {}
    follow = partial(_follow, connect(target, lambda said: _remark(told, said)).next_logs)
    watched, course = Watch(target, wanted, as_json), Course(datetime.now(UTC))
    try:
        error = follow(watched, course, seconds)
    except KeyboardInterrupt:
        error = None
    finally:
        _end_commands()
    ended_at = datetime.now(UTC)
    watched.end()
    course.end(ended_at)
    summary, *gaps = course.told(ended_at)
    click.echo(f"{summary}: {watched.matched} of {watched.entries} entries shown", err=True)
    for line in gaps:
        click.echo(line, err=True)
    if error:
        raise error


def _follow(read: Callable[[datetime], LogWindow], watched: Watch, course: Course, seconds: float) -> Blind | None:
    """Read on until the time is over; what goes wrong in between may pass, and what does not is returned."""
    ends_at, error = time.monotonic() + seconds, None
    while True:
        pause = PAUSE_SECONDS
        try:
            window = read(course.since)
        except Blind as failed:
            error = failed
            if course.reached == course.began_at:
                raise
        else:
            error = None
            pause = PAUSE_SECONDS if window.source == "logs API" else COMMAND_PAUSE_SECONDS
            watched.take(course.take(window), window.until)
        left = ends_at - time.monotonic()
        if left <= 0:
            return error
        time.sleep(min(max(left, PAUSE_SECONDS), pause))


def _end_commands() -> None:
    from ops_tests.clients.command import end_all

    end_all()


def _remark(told: dict[str, None], said: str) -> None:
    """Say each remark of the clients once."""
    if said not in told:
        told[said] = None
        click.echo(said, err=True)


def _as_json(entry: Entry, text: str) -> None:
    document = {
        "timestamp": f"{entry.timestamp:%Y-%m-%dT%H:%M:%S.%fZ}", "machine": entry.instance, "topic": topic(entry),
        "error": kind(entry), "text": text,
    }  # fmt: skip
    click.echo(json.dumps(document, ensure_ascii=False))


def _printer() -> Callable[[Entry, str], None]:
    from rich.console import Console

    console = Console(highlight=False)
    return _Coloured(console).show if console.is_terminal else _plain


def _plain(entry: Entry, text: str) -> None:
    indented = text.replace("\n", "\n    ")
    click.echo(f"{entry.timestamp:%Y-%m-%dT%H:%M:%SZ} {entry.instance or entry.provider or '-'} {indented}")


class _Coloured:
    """Entries on a terminal: a colour for each topic in the order in which they come, errors in red."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._colours: dict[str, str] = {}

    def show(self, entry: Entry, text: str) -> None:
        from rich.text import Text

        line = Text()
        line.append(f"{entry.timestamp:%H:%M:%S} {entry.instance or entry.provider or '-'} ", style="dim")
        line.append(text.replace("\n", "\n    "), style="bold red" if kind(entry) else self._colour(topic(entry)))
        self._console.print(line, soft_wrap=True)

    def _colour(self, name: str) -> str:
        if not name:
            return ""
        return self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
