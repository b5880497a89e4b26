"""What GitHub Actions shows of a run: a job summary in Markdown, and annotations as workflow commands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ops_tests.rules.causes import Cause, causes
from ops_tests.rules.verdict import worst_first
from ops_tests.rules.wording import runbook_section

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, RunRecord

_COMMAND = {"finding": "error", "blind": "warning"}


def workflow_commands(record: RunRecord) -> list[str]:
    """One workflow command for each cause: a finding is an error, blind a warning; GitHub shows ten of each."""
    if record.exit_status in {2, 3, 4, 5}:
        return [f"::error title={_property(record.suite)}::{_data(record.verdict)}"]
    return [_annotation(cause) for cause in causes(record.checks)]


def _annotation(cause: Cause) -> str:
    root = cause.root
    title = f"{root.level or 'blind'} {root.target}: {root.check}"
    return f"::{_COMMAND[root.outcome]} title={_property(title)}::{_data(_said(cause))}"


def _said(cause: Cause) -> str:
    return f"{cause.root.sentence} ({cause.more})" if cause.more else cause.root.sentence


def summary(record: RunRecord, drills: Iterable[str] = ()) -> str:
    """The job summary: the verdict, and a table with a row for each cause, each waived finding and each note.

    Args:
        record: The run.
        drills: A line for each of its drills.
    """
    others = [one for one in worst_first(record.checks) if one.outcome in {"waived", "note"}]
    rows = [(cause.root, _said(cause)) for cause in causes(record.checks)] + [(one, one.sentence) for one in others]
    return "\n".join([f"### {_cell(record.verdict)}", "", *(_table(rows) if rows else ()), *_items(drills), ""])


def _items(lines: Iterable[str]) -> list[str]:
    items = [f"- {_cell(line)}" for line in lines]
    return ["", *items] if items else []


def _table(rows: Iterable[tuple[CheckRecord, str]]) -> Iterator[str]:
    yield "| | target | check | what was seen | runbook |"
    yield "|---|---|---|---|---|"
    for one, sentence in rows:
        word = f"{one.level} {one.outcome}" if one.level else one.outcome
        said = "; ".join(part for part in (sentence, *one.notes) if part)
        section = runbook_section(one) if one.anchor else ""
        yield f"| {word} | {_cell(one.target)} | {_cell(one.check)} | {_cell(said)} | {_cell(section)} |"


def _cell(text: str) -> str:
    """The text where neither Markdown nor HTML has a meaning."""
    plain = " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;")
    return "".join(f"\\{letter}" if letter in "\\`*_|[]" else letter for letter in plain)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
