"""How the page words what the record holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from ops_tests.rules.changes import Version, release_between
from ops_tests.rules.wording import duration

if TYPE_CHECKING:
    from ops_tests.plugin.report.past import Past
    from ops_tests.records.history import PastRun
    from ops_tests.records.run import CheckRecord, Measurement, RunRecord, TargetRecord

_NAME = re.compile(r"(?:\(?(?<![\w:/.])[a-z]\w*[/_.][\w/.]*\w|(?<=\w)\[[^\s\]]+\])[,;:)]*")
"""A check's id or key, what stands in brackets behind it, and the marks that neither end a line nor begin one."""


def readable(check: str) -> str:
    """``webhook refuses get: app/uninstalled``, of a check's id."""
    name, _, parameters = check.partition("/")[2].partition("[")
    return name.replace("_", " ") + (f": {parameters.removesuffix(']')}" if parameters else "")


def breakable(text: str) -> str:
    """The text with each name in it kept on one line, and broken between its words only where no line is long enough.

    A name is a check's id, a key, or what stands in brackets behind it; what is copied from the page is unchanged.
    """
    from markupsafe import Markup, escape

    return Markup(_NAME.sub(_kept_together, str(escape(text))))  # noqa: S704  # just escaped


def _kept_together(name: re.Match[str]) -> str:
    return f'<span class="ops-name">{re.sub(r"(?<=[/_.-])(?=[a-z])", "<wbr>", name[0])}</span>'


def keys(measurements: Sequence[Measurement]) -> str:
    """By which keys of the target file the limits can be moved; nothing where the claims themselves set them."""
    from markupsafe import Markup

    named = ", ".join(one.key for one in measurements if one.key)
    return Markup(f"<small>{breakable(named)}</small>") if named else ""  # noqa: S704  # escaped in breakable


def moment(when: datetime) -> str:
    """``2026-11-20 05:55 UTC``."""
    return f"{when:%Y-%m-%d %H:%M} UTC"


def ago(when: datetime, now: datetime) -> str:
    """``23.7 h ago``."""
    return f"{duration(max((now - when).total_seconds(), 0))} ago"


def since(check: CheckRecord, past: Past, record: RunRecord) -> str:
    """Since when a check is red, and which release came between; for what is new when it last held."""
    red = past.red_since.get(check.check)
    if red is not None:
        release = release_between(_version(red.before), _version(red.after))
        told = f"red since {moment(red.moment)} ({duration((record.started_at - red.moment).total_seconds())})"
        return f"{told}; {release}" if release else told
    earlier = past.trends.get(check.check, [])
    if past.problem:
        return "since when cannot be told: the history could not be read"
    if not earlier:
        return "the first look at this check that the history knows"
    last = earlier[-1]
    word = {"ok": "it held", "note": "it held"}.get(last.outcome, f"it was {last.outcome}")
    return f"new in this run: {word} at {moment(last.started_at)} ({ago(last.started_at, record.started_at)})"


def release_since(run: PastRun, target: TargetRecord) -> str:
    """Which release came between an earlier run and this one."""
    said = release_between(_version(run), Version(target.release, target.image))
    return said or "which release was live is not known of both runs"


def _version(run: PastRun | None) -> Version | None:
    return Version(run.release, run.image) if run else None
