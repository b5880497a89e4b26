"""The verdict of a run in one sentence, and the order in which checks are shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from ops_tests.records.run import CheckRecord
from ops_tests.rules.levels import worst
from ops_tests.rules.wording import listed

SUBJECTS = ("availability", "database", "platform", "webhooks", "dead_letters", "logs")
"""Root causes first: what the others depend on stands before them."""
OUTCOMES = ("finding", "blind", "waived", "note", "ok", "not applicable")


def report_order(check: CheckRecord) -> tuple[str, int, str]:
    """By target, then subject with root causes first, then subjects nobody ranked by name."""
    rank = SUBJECTS.index(check.subject) if check.subject in SUBJECTS else len(SUBJECTS)
    return (check.target, rank, check.subject)


def worst_first(checks: Iterable[CheckRecord]) -> list[CheckRecord]:
    """Findings by level, then blind, then the rest; among equals what others depend on first."""
    return sorted(
        checks, key=lambda one: (OUTCOMES.index(one.outcome), -int((one.level or "L0")[1]), report_order(one))
    )


def sentence(checks: Sequence[CheckRecord], status: int, targets: Sequence[str], broken: str) -> str:
    """The verdict: word, level, target, how many of how many, and the first names."""
    where = listed(targets)
    judged = [one for one in checks if one.outcome != "not applicable"]
    by_outcome = {word: [one for one in worst_first(judged) if one.outcome == word] for word in OUTCOMES}
    findings, blind = by_outcome["finding"], by_outcome["blind"]
    waived = f"; {len(by_outcome['waived'])} waived" if by_outcome["waived"] else ""
    if broken or status == 3:
        reason = broken or "fewer checks came to a verdict than were collected"
        return f"BROKEN: this run on {where} proves nothing; {reason}"
    if findings:
        level = worst(one.level for one in findings)
        also = (f"; {len(blind)} blind" if blind else "") + waived
        return f"FINDING {level} on {where}: {len(findings)} of {len(judged)} checks: {_names(findings, targets)}{also}"
    if status == 1:
        return f"FAILED on {where}: a test that is no check failed, so the run proves little; {len(blind)} checks blind"
    if blind:
        return (
            f"BLIND on {where}: {len(blind)} of {len(judged)} checks could not look: {_names(blind, targets)}{waived}"
        )
    return _harmless(judged, status, where)


def _harmless(judged: Sequence[CheckRecord], status: int, where: str) -> str:
    """The verdict where no check is a finding or blind."""
    if status == 4:
        return f"NOT RUN on {where}: what was asked for cannot be run as it stands"
    if status == 2:
        return f"INTERRUPTED on {where} after {len(judged)} checks"
    if not judged:
        return f"NOTHING RAN on {where}: no check was selected, or none applies"
    counts = Counter(one.outcome for one in judged)
    with_a_note = f", {counts['note']} with a note" if counts["note"] else ""
    waived = f"; {counts['waived']} waived" if counts["waived"] else ""
    return f"OK on {where}: {counts['ok'] + counts['note']} checks hold{with_a_note}{waived}"


def _names(checks: Sequence[CheckRecord], targets: Sequence[str]) -> str:
    several = len(targets) > 1
    return listed((f"{one.check} on {one.target}" if several else one.check for one in checks), at_most=3)
