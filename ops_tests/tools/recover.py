"""``recover``: undo what a drill left that was killed in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ops_tests.acts.journal import journal_of
from ops_tests.acts.undoing import undisturbed, undo
from ops_tests.plugin.locks import TargetLock, lock_file
from ops_tests.target_file import typed_as

if TYPE_CHECKING:
    from ops_tests.tools.acting import Asked


def recover(asked: Asked) -> Iterator[str]:
    """Undo what stands open in the target's journal; yields what there is to say.

    Raises:
        NotPermitted: It is to be done and may not be.
        ActionFailed: Something could not be undone; the journal keeps it.
        Unparsable: The journal is none.
    """
    journal = journal_of(lock_file(asked.folder, asked.target).parent, asked.target)
    entries = journal.open_entries()
    with TargetLock(lock_file(asked.folder, asked.target)) as lock:
        if not lock.taken(False):
            yield f"{lock.acting()} is at work on {asked.target.name}; what it has begun is its own to undo"
            return
    if not entries:
        yield f"nothing is to be undone on {asked.target.name}"
        return
    if not asked.yes:
        yield f"to be undone on {asked.target.name}, the last first:"
        yield from (f"  {one} (run {one.run_id})" for one in reversed(entries.values()))
        yield asked.not_done
        return
    with asked.permit(undoing=True) as permit, undisturbed():
        yield from undo(asked.target, permit, journal)
    yield f"next: pytest -m smoke --target {typed_as(asked.target)}"
