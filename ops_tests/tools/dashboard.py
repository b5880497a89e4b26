"""``dashboard``: a smoke run now, and from the history the newest look at what smoke leaves out."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ops_tests.errors import HistoryUnavailable, UsageProblem
from ops_tests.plugin.history import reading
from ops_tests.plugin.history.place import place_of
from ops_tests.plugin.history.store import visit
from ops_tests.plugin.in_process import run_quietly
from ops_tests.rules.glance import ROWS, Row, rating, row
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, RunRecord, TargetRecord

STYLES = {"ok": "green", "note": "blue", "finding": "bold red", "blind": "yellow", "waived": "magenta"}


def show(target: str | None) -> int:
    """Look, print, and return the exit status of the smoke run.

    Raises:
        UsageProblem: The run could not begin; the message is pytest's.
    """
    console = Console(highlight=False)
    with console.status("asking: smoke"):
        ended = run_quietly("smoke", *([f"--target={target}"] if target else ["--sandbox-if-unnamed"]))
    if ended.record is None:
        raise UsageProblem("the smoke run came to no record; type pytest -m smoke to see why")
    for one in ended.record.targets:
        _print(console, one, _rows(ended.record, one, ended.folder), ended.record.finished_at)
    console.print(ended.record.verdict, markup=False, soft_wrap=True)
    return ended.status


def _rows(record: RunRecord, target: TargetRecord, folder: Path) -> list[Row]:
    """This run's checks, and for the others the newest the history knows."""
    now = {one.check: one for one in record.checks if one.target == target.name}
    missing = [check for check in ROWS.values() if check not in now]
    now |= _remembered(folder, target, missing)
    return [row(label, now.get(check)) for label, check in ROWS.items()]


def _remembered(folder: Path, target: TargetRecord, checks: list[str]) -> dict[str, CheckRecord]:
    try:
        place = place_of(folder, sandbox=target.sandbox)
        return visit(place, lambda history: reading.newest_of(history, target.name, checks))
    except (HistoryUnavailable, OSError) as error:
        sys.stderr.write(f"the history cannot be read: {error}\n")
        return {}


def _print(console: Console, target: TargetRecord, rows: list[Row], now: datetime) -> None:
    title = f"{target.name}: {'embedded sandbox, nothing real' if target.sandbox else target.base_url}"
    if not console.is_terminal:
        lines = [title, *(f"{one.label}: {_word(one)}: {one.said}{_age(one, now)}" for one in rows)]
        console.print("\n".join([*lines, f"rating: {rating(rows)}"]), markup=False, soft_wrap=True)
        return
    table = Table(title=escape(title), title_justify="left", title_style="bold", box=None, show_header=False)
    for one in rows:
        style = STYLES.get(one.outcome, "dim")
        table.add_row(
            one.label, f"[{style}]{_word(one)}[/]", escape(one.said), f"[dim]{_age(one, now).strip(' ()')}[/]"
        )
    style = STYLES.get(rating(rows).split()[0].lower(), "dim")
    table.add_row("[bold]rating[/]", f"[{style}]{rating(rows).partition(':')[0]}[/]", rating(rows).partition(": ")[2])
    console.print(table)


def _word(one: Row) -> str:
    return f"{one.outcome or '-'}{f' {one.level}' if one.level else ''}"


def _age(one: Row, now: datetime) -> str:
    """How long ago somebody looked; "" for what this run saw itself."""
    seconds = (now - one.looked_at.astimezone(UTC)).total_seconds() if one.looked_at else 0
    return f" ({duration(seconds)} ago)" if seconds >= 60 else ""  # a minute is now
