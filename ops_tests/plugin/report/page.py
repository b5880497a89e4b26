"""The page: what is wrong, what changed, and then everything else, put together for the templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.plugin.report import phrases, runbook_part
from ops_tests.plugin.report.drawing import mark, trend_line, word_of
from ops_tests.rules import trends, verdict
from ops_tests.rules.causes import Cause, causes
from ops_tests.rules.changes import Change, changes
from ops_tests.rules.wording import duration, quantity

if TYPE_CHECKING:
    from jinja2 import Environment

    from ops_tests.plugin.report.drills import Part
    from ops_tests.plugin.report.past import Past
    from ops_tests.plugin.report.response_times import Latency
    from ops_tests.records.history import PastRun
    from ops_tests.records.run import CheckRecord, RunRecord, TargetRecord

TEMPLATES = Path(__file__).parents[1] / "templates"


@dataclass(frozen=True)
class Since:
    """What changed since an earlier run of the suite; changes that are alike stand together."""

    title: str
    run: PastRun
    release: str
    changes: list[list[Change]]


@dataclass(frozen=True)
class Section:
    """A runbook section: the name of its place on the page, and a check that names it."""

    place: str
    root: CheckRecord


def page(record: RunRecord, pasts: Mapping[str, Past]) -> str:
    """The record as static HTML.

    Args:
        record: The run.
        pasts: What the history tells of each target, by name.
    """
    judged = [check for check in record.checks if check.outcome != "not applicable"]
    targets = {target.name: target for target in record.targets}
    word, rest = verdict.parted(record.verdict)
    found = causes(judged)
    rendered: str = (
        templates()
        .get_template("page.html.j2")
        .render(
            record=record,
            word=word,
            rest=rest,
            counts=verdict.counts(judged),
            several=len(targets) > 1,
            targets=targets,
            pasts=pasts,
            causes=found,
            since={name: _since(record, target, pasts[name]) for name, target in targets.items()},
            drills=_drills(record, pasts),
            subjects=[
                (one, list(checks)) for one, checks in groupby(judged, key=lambda one: (one.target, one.subject))
            ],
            latencies=_latencies(record, pasts),
            log_findings=[one for one in judged if one.subject == "logs" and one.outcome == "finding" and one.evidence],
            sections=_sections(found),
            left_out=[check for check in record.checks if check.outcome == "not applicable"],
            trend=lambda check: _trend(check, pasts[check.target]),
            told_since=lambda check: phrases.since(check, pasts[check.target], record),
        )
    )
    return rendered


@cache
def templates() -> Environment:
    """The page's templates, with what they call."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    from ops_tests.plugin.report.compiled import Compiled

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        bytecode_cache=Compiled(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    worded = {name: getattr(phrases, name) for name in ("breakable", "keys", "readable", "moment", "ago")}
    environment.filters |= worded | {"duration": duration, "quantity": quantity}
    drawn = {"mark": mark, "word_of": word_of, "state": _state}
    # What is drawn here escapes its words itself, and is drawn once.
    environment.globals |= {name: cache(lambda *words, draw=draw: Markup(draw(*words))) for name, draw in drawn.items()}  # noqa: S704
    environment.globals["runbook"] = runbook_part
    return environment


def _since(record: RunRecord, target: TargetRecord, past: Past) -> list[Since]:
    """Since the last run, and since the last green one where that is another."""
    told: list[Since] = []
    checks = [check for check in record.checks if check.target == target.name]
    for title, earlier in (("Since the last run", past.previous), ("Since the last green run", past.green)):
        if earlier and earlier.run.run_id not in {one.run.run_id for one in told}:
            release = phrases.release_since(earlier.run, target)
            told.append(Since(title, earlier.run, release, _alike(changes(checks, earlier.checks))))
    return told


def _alike(found: list[Change]) -> list[list[Change]]:
    groups: dict[tuple[object, ...], list[Change]] = {}
    for change in found:
        groups.setdefault((change.kind, change.now.level, change.then), []).append(change)
    return list(groups.values())


def _trend(check: CheckRecord, past: Past) -> str:
    from markupsafe import Markup

    earlier = past.trends.get(check.check, [])
    if not earlier:
        return ""
    unit, limit = trends.scale(earlier, check)
    line = trends.points(earlier, check, unit)
    said = trends.described(line, unit)
    return Markup(trend_line(line, limit, said))  # noqa: S704  # drawn here, its words escaped


def _drills(record: RunRecord, pasts: Mapping[str, Past]) -> list[Part]:
    """Few runs drill, so the others do not load what draws drills."""
    if not record.drills:
        return []
    from ops_tests.plugin.report import drills

    return drills.parts(record.drills, pasts)


def _latencies(record: RunRecord, pasts: Mapping[str, Past]) -> list[Latency]:
    """Likewise what draws response times, where none were ever taken."""
    if not any(past.samples for past in pasts.values()):
        return []
    from ops_tests.plugin.report import response_times

    return [one for target in record.targets for one in response_times.latencies(record, target, pasts[target.name])]


def _state(name: str) -> str:
    from ops_tests.plugin.report.timeline import worded

    return worded(name)


def _sections(found: list[Cause]) -> dict[tuple[str, str, str], Section]:
    """The runbook sections of the roots, each once a target, by target, folder and anchor."""
    roots = {(one.target, one.runbook, one.anchor): one for one in (cause.root for cause in found) if one.anchor}
    return {key: Section(f"ops-runbook-{number}", root) for number, (key, root) in enumerate(roots.items(), 1)}
