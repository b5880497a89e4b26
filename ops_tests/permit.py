"""The permission that acting needs. Whatever acts demands it, so that what forgot to ask cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ops_tests.errors import NotPermitted

if TYPE_CHECKING:
    from ops_tests.target import Target


@dataclass(frozen=True)
class Permit:
    """The word that this run may act on one target; only ``grant`` mints it.

    Attributes:
        target: The one target that may be acted on, by name.
        run_id: The run it was given to.
    """

    target: str
    run_id: str


def lacking(target: Target, permits: Collection[str]) -> Iterator[tuple[str, str]]:
    """What stands against acting on a target, each with what removes it; the embedded sandbox needs nothing.

    Args:
        target: What would be acted on.
        permits: The names that were typed behind ``--permit``.
    """
    if target.sandbox:
        return
    if not target.acts:
        yield f"{target.file} does not say acts = true", f"write acts = true into {target.file}"
    if target.name not in permits:
        named = f"--permit names {', '.join(permits)}" if permits else "no --permit was given"
        yield named, f"type --permit {target.name}"


def refused(target: Target, reasons: dict[str, str]) -> str:
    """The sentence of a refusal: why nothing may act, and what would permit it."""
    return f"nothing may act on {target.name}: {', '.join(reasons)}. To permit it: {', and '.join(reasons.values())}"


def grant(target: Target, permits: Collection[str], run_id: str) -> Permit:
    """The permission to act on a target.

    Raises:
        NotPermitted: Something stands against it; the message says what removes it.
    """
    reasons = dict(lacking(target, permits))
    if reasons:
        raise NotPermitted(refused(target, reasons))
    return Permit(target.name, run_id)
