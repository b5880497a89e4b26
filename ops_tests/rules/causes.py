"""Root causes: which of a run's findings and blind checks others may follow from.

A rule of thumb that is written down and never hides anything: every check is shown with its own sentence, and an alert
names the root and counts what may follow from it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from ops_tests.records.run import CheckRecord, Level
from ops_tests.rules.verdict import worst_first
from ops_tests.rules.wording import seen

CERTIFICATE = "availability/certificate_is_valid_and_not_near_its_end"
"""One that only nears its end breaks nothing, and where nobody answers there is none: it explains others only when it
is shown and turned away."""
FOLLOWERS = {
    "database/database_answers": ("availability/health_", "webhooks/", "dead_letters/", "database/", "logs/"),
    "platform/machines_are_started_and_healthy": ("availability/", "webhooks/"),
    CERTIFICATE: ("availability/", "webhooks/", "workers/no_invocation_fails"),
    "availability/health_answers_200": ("availability/", "webhooks/", "workers/no_invocation_fails"),
}
"""Deepest first: a finding of the check explains what is wrong in the checks whose ids begin so, on the same target."""
_REFUSED = "; expected a token "
"""What begins the rest of a sentence about a token that was refused."""


@dataclass(frozen=True)
class Cause:
    """What is wrong, and what may follow from it.

    Attributes:
        root: The finding or blind check that explains the others.
        follows: The findings and blind checks it explains, worst first; empty where it stands alone.
    """

    root: CheckRecord
    follows: tuple[CheckRecord, ...] = ()

    @property
    def more(self) -> str:
        """What stands behind the root, counted; "" where it stands alone."""
        return counted(len(self.follows), self.root.outcome) if self.follows else ""


def counted(number: int, outcome: str) -> str:
    """``4 more may follow from it``; ``4 more saw the same`` behind what is blind."""
    return f"{number} more {'saw the same' if outcome == 'blind' else 'may follow from it'}"


def causes(checks: Iterable[CheckRecord]) -> list[Cause]:
    """Everything that is a finding or blind, each under one cause; the worst cause first.

    A finding named in ``FOLLOWERS`` explains what it lists. Blind checks that saw the same, or are
    the same for several endpoints, are one cause. Every other finding is a cause of its own.
    """
    wrong = [check for check in worst_first(checks) if check.outcome in {"finding", "blind"}]
    found: list[Cause] = []
    for name, beginnings in FOLLOWERS.items():
        for root in [check for check in wrong if check.check == name and _explains(check)]:
            found.append(Cause(root, tuple(_explained(root, beginnings, wrong))))
            wrong = _without(wrong, found[-1])
    taken: set[int] = set()
    for place, root in enumerate(wrong):
        if id(root) in taken:
            continue
        alike = _alike(root, wrong[place + 1 :], taken)
        taken |= set(map(id, alike))
        found.append(Cause(root, tuple(alike)))
    places = {id(check): place for place, check in enumerate(worst_first(cause.root for cause in found))}
    return sorted(found, key=lambda cause: places[id(cause.root)])


def _explains(check: CheckRecord) -> bool:
    if check.check == CERTIFICATE and not (check.level == Level.L3 and "certificate" in seen(check.sentence)):
        return False
    return check.outcome == "finding"


def _explained(root: CheckRecord, beginnings: tuple[str, ...], wrong: Sequence[CheckRecord]) -> list[CheckRecord]:
    same = [check for check in wrong if check.target == root.target and check is not root]
    return [check for check in same if check.check.startswith(beginnings)]


def _alike(root: CheckRecord, others: Sequence[CheckRecord], taken: Container[int]) -> list[CheckRecord]:
    """The blind checks of the target that saw or quote what this blind one saw, or ask the same of another endpoint.

    Whose token was refused by the same other side saw the same, whatever each asked it for.
    """
    if root.outcome != "blind":
        return []
    saw, token = seen(root.sentence), _token(root)
    blind = [check for check in others if check.outcome == "blind" and check.target == root.target]
    return [
        check
        for check in blind
        if id(check) not in taken
        and (_name(check) == _name(root) or (saw and saw in check.sentence) or (token and token == _token(check)))
    ]


def _token(check: CheckRecord) -> str:
    return check.sentence.partition(_REFUSED)[2]


def _name(check: CheckRecord) -> str:
    return check.check.partition("[")[0]


def _without(wrong: Sequence[CheckRecord], cause: Cause) -> list[CheckRecord]:
    taken = {id(cause.root), *map(id, cause.follows)}
    return [check for check in wrong if id(check) not in taken]
