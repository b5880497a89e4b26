"""``postmortem``: a template with everything filled in that the history knows, and headings for what people know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from ops_tests.errors import HistoryUnavailable, UsageProblem
from ops_tests.plugin.alerts.outbox import letters
from ops_tests.plugin.history import figures, reading, retrospect
from ops_tests.plugin.history.store import Store, visit
from ops_tests.rules import incident as rules
from ops_tests.rules.causes import Cause, causes
from ops_tests.rules.incident import Incident, Trouble
from ops_tests.rules.objectives import HEALTH, UP
from ops_tests.rules.probes import Probe, outages
from ops_tests.tools.rendering import rendered

if TYPE_CHECKING:
    from ops_tests.plugin.history.place import Place
    from ops_tests.records.alerts import Letter
    from ops_tests.records.history import PastRun

BEFORE = timedelta(hours=1)
"""How far before the first red health is looked at, so that an outage's beginning is known."""
AFTER = timedelta(hours=1)
"""How long after it was over its messages are looked for: smoke believes a recovery after its third green run."""
NAMED_RUNS = 5
_ENDINGS = (".html", ".json", ".xml", ".prom")
_INSTANT = timedelta(microseconds=1)


def postmortem(run: str, target: str, folder: Path) -> str:
    """The template of one run.

    Args:
        run: The run's id, its beginning, or the name of a report of it.
        target: Which of the run's targets; "" where it has only one that was wrong.
        folder: The project's folder.

    Raises:
        UsageProblem: There is no such run, several, or nothing was wrong in it.
        HistoryUnavailable: There is no history, or it cannot be read.
    """
    beginning = _of_report(run, folder)
    places = _places(folder)
    found = [(place, one) for place in places for one in visit(place, lambda it: retrospect.runs_called(it, beginning))]
    place, past = _the_one(found, run, target, places)
    told = visit(place, lambda history: _incident(history, past))
    if told is None:
        raise UsageProblem(f"run {past.run_id} found nothing wrong on {past.target}; {_newest(places)}")
    return rendered("postmortem.md.j2", it=told, rules=rules, now=datetime.now(UTC))


def _of_report(run: str, folder: Path) -> str:
    """The id of the run whose report bears the name; else what was typed."""
    name = Path(run).name
    stem = next((name.removesuffix(one) for one in _ENDINGS if name.endswith(one)), name)
    report = folder / "reports" / f"{stem}.json"
    if not stem or not report.is_file():
        return run
    try:
        return str(json.loads(report.read_text(encoding="utf-8"))["run_id"])
    except (OSError, ValueError, KeyError, TypeError):
        raise UsageProblem(f"{report} is no report of a run; name another, or the run's id") from None


def _places(folder: Path) -> list[Place]:
    """The history of live targets, and the embedded sandbox's where there is one."""
    found, problem = [], None
    for sandbox in (False, True):
        try:
            found.append(retrospect.kept_in(folder, sandbox=sandbox))
        except HistoryUnavailable as error:
            problem = problem or error
    if not found and problem:
        raise problem
    return found


def _the_one(
    found: Sequence[tuple[Place, PastRun]], run: str, target: str, places: Sequence[Place]
) -> tuple[Place, PastRun]:
    if not run or not found:
        raise UsageProblem(f"no run is called {run!r}; {_newest(places)}")
    ids = list(dict.fromkeys(past.run_id for _, past in found))
    if len(ids) > 1:
        raise UsageProblem(f"{len(ids)} runs begin with {run!r}: {', '.join(ids[:NAMED_RUNS])}; type more of it")
    meant = [one for one in found if one[1].target == target] if target else _wrong(found)
    if len(meant) != 1:
        names = " or ".join(past.target for _, past in found)
        raise UsageProblem(f"run {ids[0]} looked at {names}; name one: --target NAME")
    return meant[0]


def _wrong(found: Sequence[tuple[Place, PastRun]]) -> Sequence[tuple[Place, PastRun]]:
    wrong = [one for one in found if one[1].outcome == "finding"]
    return wrong if len(wrong) == 1 else found


def _newest(places: Sequence[Place]) -> str:
    """The newest runs that found something, in words."""
    wrong = [run for place in places for run in visit(place, lambda it: retrospect.newest_wrong(it, NAMED_RUNS))]
    named = [
        f"{run.run_id} ({run.started_at:%Y-%m-%d %H:%M}Z, {run.suite} on {run.target}: {run.level or run.outcome})"
        for run in sorted(wrong, key=lambda run: run.started_at, reverse=True)[:NAMED_RUNS]
    ]
    return f"the newest that found something: {', '.join(named)}" if named else "no run has found anything yet"


def _incident(history: Store, run: PastRun) -> Incident | None:
    checks = reading.checks_of(history, run.run_id, run.target)
    troubles = [_trouble(history, run, cause) for cause in causes(checks)]
    if not troubles:
        return None
    since = min(trouble.since for trouble in troubles)
    ends = [trouble.over for trouble in troubles]
    over = None if None in ends else max(end for end in ends if end)
    health = reading.outcomes(history, run.target, HEALTH, since - BEFORE)
    probes = [Probe(at, word in UP) for at, word in health]
    before, after = reading.looks_around(history, run.target, since)
    return Incident(
        run=run,
        troubles=troubles,
        waived=[check for check in checks if check.outcome == "waived"],
        letters=rules.about(_told(history, run.target, since, over), troubles),
        before=before,
        after=after,
        outages=rules.during(outages(probes, ()), since, over),
        drilled=figures.of_run(history, run.run_id, run.target),
    )


def _told(history: Store, target: str, since: datetime, over: datetime | None) -> list[Letter]:
    return letters(history, target, since, over + AFTER if over else retrospect.LATEST)


def _trouble(history: Store, run: PastRun, cause: Cause) -> Trouble:
    target, check = run.target, cause.root.check
    looked_at = cause.root.started_at or run.started_at
    since = reading.red_since(history, target, check, looked_at + _INSTANT) or looked_at
    over = retrospect.held_after(history, target, check, looked_at)
    seen = retrospect.looks(history, target, since, over - _INSTANT if over else retrospect.LATEST)
    return Trouble(
        cause, retrospect.held_before(history, target, check, since), since, over,
        [look for look in seen if look.check == check],
    )  # fmt: skip
