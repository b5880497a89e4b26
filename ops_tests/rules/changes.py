"""What changed between two runs on one target, and which release came between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ops_tests.rules.verdict import worst_first

if TYPE_CHECKING:
    from ops_tests.records.run import CheckRecord, Outcome

Kind = Literal[
    "newly red", "worse", "newly blind", "lost sight", "milder", "waived", "fixed", "seen again", "not asked"
]
KINDS: tuple[Kind, ...] = (
    "newly red", "worse", "lost sight", "newly blind", "milder", "not asked", "waived", "fixed", "seen again",
)  # fmt: skip
"""In the order in which they are read: what got worse before what got better."""
_WRONG = {"finding", "blind"}


@dataclass(frozen=True)
class Change:
    """A check that came to something else than before.

    Attributes:
        kind: ``lost sight``: a finding that nobody can see now; ``not asked``: wrong then, and this run did not look.
        check: The check's id.
        then: Its word in the earlier run, or None when that did not look.
        now: Its record in this run, or that of the earlier run where this one did not look.
    """

    kind: Kind
    check: str
    then: Outcome | None
    now: CheckRecord


def changes(now: Iterable[CheckRecord], then: Iterable[CheckRecord]) -> list[Change]:
    """The checks of one target whose word or level changed since an earlier run, what got worse first.

    Args:
        now: This run's checks.
        then: The earlier run's.
    """
    before = {check.check: check for check in then if check.outcome != "not applicable"}
    after = {check.check: check for check in worst_first(now) if check.outcome != "not applicable"}
    found = [(check, before.get(name), _kind(check, before.get(name))) for name, check in after.items()]
    changed = [Change(kind, one.check, was.outcome if was else None, one) for one, was, kind in found if kind]
    unasked = [check for name, check in before.items() if name not in after and check.outcome in _WRONG]
    changed += [Change("not asked", check.check, check.outcome, check) for check in worst_first(unasked)]
    return sorted(changed, key=lambda change: KINDS.index(change.kind))


def _kind(now: CheckRecord, then: CheckRecord | None) -> Kind | None:
    was = then.outcome if then else None
    if now.outcome == "finding":
        return _of_finding(now, then)
    if now.outcome == "blind":
        return None if was == "blind" else "lost sight" if was == "finding" else "newly blind"
    if now.outcome == "waived":
        return "waived" if was == "finding" else None
    return "fixed" if was == "finding" else "seen again" if was == "blind" else None


def _of_finding(now: CheckRecord, then: CheckRecord | None) -> Kind | None:
    if then is None or then.outcome != "finding":
        return "newly red"
    if now.level == then.level:
        return None
    return "worse" if str(now.level) > str(then.level) else "milder"


@dataclass(frozen=True)
class Version:
    """What was live: release (``v42``) and image, each "" where nobody looked."""

    release: str
    image: str


def release_between(then: Version | None, now: Version | None) -> str:
    """Which release came between two looks, in words; "" when nobody knows what was live at both."""
    if then is None or now is None:
        return ""
    known = [("release", then.release, now.release), ("image", then.image, now.image)]
    both = [(word, before, after) for word, before, after in known if before and after]
    differing = [
        f"{word} {after} came between, {before} was live before" for word, before, after in both if before != after
    ]
    if differing:
        return differing[0]
    return f"no other release came between ({both[0][0]} {both[0][2]})" if both else ""
