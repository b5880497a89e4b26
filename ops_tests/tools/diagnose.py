"""``diagnose``: every instrument at once, one page: likely causes, what to type next, and the evidence behind it."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ops_tests.errors import UsageProblem
from ops_tests.plugin.in_process import Ended, run_quietly
from ops_tests.plugin.report.past import Past, look_back
from ops_tests.plugin.report.phrases import readable, since
from ops_tests.plugin.report.runbook_part import commands
from ops_tests.plugin.runbook import place_of
from ops_tests.rules.causes import Cause, causes, counted
from ops_tests.rules.diagnosis import Evidence, by_instrument, holding
from ops_tests.rules.wording import duration, listed
from ops_tests.tools.named_target import named_target

if TYPE_CHECKING:
    from ops_tests.records.run import RunRecord, TargetRecord

MARKS = "smoke or daily"
"""As no suite is called so, the run counts for none."""
WITHOUT = "not delivery"
"""A diagnosis sends nothing."""
PATIENCE_SECONDS = 22.0
"""Longer than the application, the database and the metrics are given; with start and end it makes half a minute."""
SHOWN_CAUSES = 5
COLOURS = {"ok": "green", "note": "blue", "finding": "red", "blind": "yellow", "waived": "magenta"}


def diagnose(name: str | None, folder: Path, *, as_json: bool) -> int:
    """Look, print one page, and return the exit status of the run.

    Raises:
        UsageProblem: None is named, or the run could not begin.
    """
    named_target(name, folder)
    named = [f"--target={name}"] if name else []
    ended = run_quietly(MARKS, "-k", WITHOUT, *named, patience_seconds=PATIENCE_SECONDS)
    if ended.record is None:
        raise UsageProblem("the run came to no record; type pytest -m daily to see why")
    (target,), (past,) = ended.record.targets, look_back(ended.folder, ended.record).values()
    if as_json:
        click.echo(json.dumps(_document(ended.record, target, past), indent=2, ensure_ascii=False, default=str))
    else:
        for line in _page(ended, ended.record, target, past):
            click.echo(line)
    return ended.status


def _page(ended: Ended, record: RunRecord, target: TargetRecord, past: Past) -> Iterator[str]:
    took = duration((record.finished_at - record.started_at).total_seconds())
    where = "embedded sandbox, nothing real" if target.sandbox else target.base_url
    yield f"{target.name}: {where}, looked at {record.started_at:%Y-%m-%d %H:%M:%S}Z in {took}"
    yield from (*record.remarks, *ended.complaints)
    found = causes(record.checks)
    yield ""
    yield "LIKELY CAUSE" if found else "LIKELY CAUSE: nothing that was looked at is wrong"
    for number, cause in enumerate(found[:SHOWN_CAUSES], 1):
        yield from _cause(number, cause, record, target, past)
    if len(found) > SHOWN_CAUSES:
        yield f"and {len(found) - SHOWN_CAUSES} more; see below"
    yield ""
    yield "EVIDENCE"
    for instrument, evidence in by_instrument(record.checks).items():
        yield from _instrument(instrument, evidence)
    yield ""
    yield f"not looked at: whether deliveries are accepted, since nothing is sent here. Next: {_deliveries(target)}"
    yield f"{record.verdict} -> {ended.folder / 'reports' / 'latest.html'}"


def _cause(number: int, cause: Cause, record: RunRecord, target: TargetRecord, past: Past) -> Iterator[str]:
    root = cause.root
    yield from _wrapped(f"{number}. ", _word(root.outcome, root.level), f"{root.check}: {root.sentence}", 3)
    yield f"   {since(root, past, record)}" if root.outcome == "finding" else "   the instrument, not the system"
    if cause.follows:
        names = listed(one.check for one in cause.follows)
        yield from _wrapped("  ", "", f"{counted(len(cause.follows), root.outcome)}: {names}", 3)
    for line in commands(root, target).splitlines():
        yield f"   $ {line}" if not line.startswith((" ", "\t")) else f"     {line}"
    if root.anchor:
        yield f"   then read {place_of(root, Path.cwd())}"


def _instrument(name: str, evidence: list[Evidence]) -> Iterator[str]:
    """The words of an instrument: what is not plainly well one by one, alike ones together, and the rest at the end."""
    good = holding(evidence)
    told = {(one.outcome, one.level, one.said): list[str]() for one in evidence if one not in good}
    for one in evidence:
        if one not in good:
            told[one.outcome, one.level, one.said].append(readable(one.check))
    lines = [(_word(outcome, level), f"{', '.join(checks)}: {said}") for (outcome, level, said), checks in told.items()]
    values = (f"{readable(one.check)}{f' ({one.said})' if one.said else ''}" for one in good)
    lines += [("ok", ", ".join(values))] if good else []
    for label, (word, said) in zip(chain([name], repeat("")), lines, strict=False):
        yield from _wrapped(f"{label:<12} ", word, said, 13)


def _word(outcome: str, level: str | None) -> str:
    return f"{outcome}{f' {level}' if level else ''}"


def _wrapped(before: str, word: str, said: str, indent: int) -> list[str]:
    """Lines no longer than the terminal is wide; the word gets its colour last, since colours have no width."""
    width = min(max(shutil.get_terminal_size().columns, 60), 120)
    lines = textwrap.wrap(
        f"{before}{word} {said}".rstrip(), width, subsequent_indent=" " * indent, break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    colour = COLOURS.get(word.partition(" ")[0])
    return [lines[0].replace(word, click.style(word, fg=colour, bold=True), 1), *lines[1:]] if word else lines


def _deliveries(target: TargetRecord) -> str:
    return f"pytest -m post_deploy -k delivery --target {target.argument or target.name}"


def _document(record: RunRecord, target: TargetRecord, past: Past) -> dict[str, object]:
    return {
        "target": target.name,
        "run_id": record.run_id,
        "started_at": record.started_at.isoformat(),
        "finished_at": record.finished_at.isoformat(),
        "exit_status": record.exit_status,
        "verdict": record.verdict,
        "level": record.level,
        "causes": [
            {
                "check": cause.root.check,
                "outcome": cause.root.outcome,
                "level": cause.root.level,
                "sentence": cause.root.sentence,
                "since": since(cause.root, past, record) if cause.root.outcome == "finding" else "",
                "follows": [one.check for one in cause.follows],
                "commands": commands(cause.root, target).splitlines(),
                "runbook": cause.root.anchor,
            }
            for cause in causes(record.checks)
        ],
        "evidence": {name: [asdict(one) for one in seen] for name, seen in by_instrument(record.checks).items()},
        "not_looked_at": {"deliveries": _deliveries(target)},
    }
