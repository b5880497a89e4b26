"""The verdict of a run in one sentence, and the order in which checks are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ops_tests.rules.wording import excerpt, listed, seen

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Outcome
    from ops_tests.target_parts import SeverityWords

SUBJECTS = ("availability", "database", "platform", "webhooks", "dead_letters", "logs", "alerts")
"""Root causes first: what the others depend on stands before them."""
OUTCOMES: tuple[Outcome, ...] = ("finding", "blind", "waived", "note", "ok", "not applicable")


def report_order(check: CheckRecord) -> tuple[str, int, str]:
    """By target, then subject with root causes first, then subjects nobody ranked by name."""
    rank = SUBJECTS.index(check.subject) if check.subject in SUBJECTS else len(SUBJECTS)
    return (check.target, rank, check.subject)


def worst_first(checks: Iterable[CheckRecord]) -> list[CheckRecord]:
    """Findings by level, then blind, then the rest; among equals what others depend on first."""
    return sorted(
        checks, key=lambda one: (OUTCOMES.index(one.outcome), -int((one.level or "L0")[1]), report_order(one))
    )


def sentence(
    checks: Sequence[CheckRecord],
    status: int,
    targets: Sequence[str],
    reason: str,
    called: Mapping[str, SeverityWords] | None = None,
) -> str:
    """The verdict: word, level, target, how many of how many, the first names, and the first cause.

    Args:
        checks: Every record of the run.
        status: The exit status.
        targets: Names of the targets.
        reason: Why the run is broken, was refused or found nothing to run, else "".
        called: What the levels are called, by target.
    """
    where = listed(targets)
    judged = [one for one in checks if one.outcome != "not applicable"]
    ordered = worst_first(judged)
    by_outcome = {word: [one for one in ordered if one.outcome == word] for word in OUTCOMES}
    findings, blind = by_outcome["finding"], by_outcome["blind"]
    waived = f"; {len(by_outcome['waived'])} waived" if by_outcome["waived"] else ""
    if status in _UNJUDGED:
        words, default = _UNJUDGED[status]
        return words.format(where) + (reason or default)
    cut = f"INTERRUPTED on {where} after {len(judged)} checks" if status == 2 else ""
    if findings:
        level = _called(findings[0], called or {})
        also = (f"; {len(blind)} blind" if blind else "") + waived
        said = f"{len(findings)} of {len(judged)} checks: {_names(findings, targets)}{_cause(findings)}{also}"
        return f"{cut}; FINDING {level}: {said}" if cut else f"FINDING {level} on {_of(findings, targets)}: {said}"
    if status == 1:
        return f"FAILED on {where}: a test that is no check failed, so the run proves little; {len(blind)} checks blind"
    if blind and not cut:
        said = f"{len(blind)} of {len(judged)} checks could not look: {_names(blind, targets)}{_cause(blind)}"
        return f"BLIND on {_of(blind, targets)}: {said}{waived}"
    return cut or _holding(judged, where)


_UNJUDGED = {
    3: ("BROKEN: this run on {} proves nothing; ", "fewer checks came to a verdict than were collected"),
    4: ("NOT RUN on {}: ", "what was asked for cannot be run as it stands"),
    5: ("NOTHING RAN on {}: ", "no check was selected, or none applies"),
}


def _called(check: CheckRecord, words: Mapping[str, SeverityWords]) -> str:
    """Its level, and what its target's people call that: ``L3 (critical)``."""
    word = words[check.target].of(check.level or "") if check.target in words else ""
    return f"{check.level} ({word})" if word else str(check.level)


def parted(said: str) -> tuple[str, str]:
    """A verdict's word (``FINDING L2``), and what it says behind it."""
    word = re.match(r"(?:[A-Z]{2,} ?)+(?:L\d(?: \([^)]+\))?)?:?", said)
    length = word.end() if word else 0
    return said[:length].strip(), said[length:].lstrip()


def counts(judged: Iterable[CheckRecord]) -> dict[Outcome, int]:
    """How many checks came to each word but ``not applicable``, worst first, zeros included."""
    counted = Counter(check.outcome for check in judged)
    return {word: counted[word] for word in OUTCOMES if word != "not applicable"}


def _holding(judged: Sequence[CheckRecord], where: str) -> str:
    """The verdict where no check is a finding or blind."""
    counts = Counter(one.outcome for one in judged)
    holding = counts["ok"] + counts["note"]
    with_a_note = f", {counts['note']} with a note" if counts["note"] else ""
    waived = f"; {counts['waived']} waived" if counts["waived"] else ""
    return f"OK on {where}: {holding} {'check holds' if holding == 1 else 'checks hold'}{with_a_note}{waived}"


def _of(checks: Sequence[CheckRecord], targets: Sequence[str]) -> str:
    """The targets these checks are about; the others are well."""
    return listed(name for name in targets if any(one.target == name for one in checks))


def _names(checks: Sequence[CheckRecord], targets: Sequence[str]) -> str:
    several = len(targets) > 1
    return listed((f"{one.check} on {one.target}" if several else one.check for one in checks), at_most=3)


def _cause(checks: Sequence[CheckRecord]) -> str:
    """What the first of them saw, in brackets: it is the one that is named first and that others depend on."""
    cause = seen(checks[0].sentence)
    return f" ({excerpt(cause, 140)})" if cause else ""
