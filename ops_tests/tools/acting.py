"""What commands that change something share: they show what they would do, and do it with ``--yes`` and a permit."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ops_tests.errors import NotPermitted
from ops_tests.permit import Permit, grant
from ops_tests.rules.wording import listed
from ops_tests.tools.named_target import lasting_target

if TYPE_CHECKING:
    from ops_tests.target import Target


@dataclass(frozen=True)
class Asked:
    """What was typed of a command that changes something.

    Attributes:
        target: What it is about; never the embedded sandbox, which lives no longer than a run of checks.
        permits: The names behind ``--permit``.
        yes: Whether it is to be done, and not only shown.
        folder: The project's folder, where the target's lock lies.
    """

    target: Target
    permits: tuple[str, ...]
    yes: bool
    folder: Path

    @contextmanager
    def permit(self, *, undoing: bool = False) -> Iterator[Permit]:
        """The permit to act, and the target's lock for as long as it is used.

        Args:
            undoing: Whether it is for what a drill left; everything else waits until that is undone.

        Raises:
            NotPermitted: Something stands against it, or another run is at work on the target.
            Unparsable: The target's undo journal is none.
        """
        from ops_tests.acts.journal import journal_of, recover_line
        from ops_tests.plugin.locks import TargetLock, lock_file  # it brings pytest, a third of a start

        permit = grant(self.target, self.permits, secrets.token_hex(4))
        with TargetLock(lock_file(self.folder, self.target)) as lock:
            if not lock.await_taken(True, lambda whom: click.echo(f"waiting for {whom}", err=True)):
                raise NotPermitted(f"{lock.acting() or 'a run that observes'} is at work on {self.target.name}; wait")
            journal = journal_of(lock_file(self.folder, self.target).parent, self.target)
            if not undoing and (left := listed(map(str, journal.open_entries().values()))):
                why = f"a drill ended in the middle of it ({left})"
                raise NotPermitted(f"nothing was done: {why}. First: {recover_line(self.target)}")
            yield permit

    @property
    def not_done(self) -> str:
        """The last line of a dry run."""
        return f"nothing was changed; to do it, type it again with --yes --permit {self.target.name}"


def acting(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--target``, ``--permit`` and ``--yes``; it takes them as one `Asked`."""

    @click.option("--target", "name", metavar="NAME|PATH", help="The target; else OPS_TARGET.")
    @click.option(
        "--permit", "permits", multiple=True, metavar="NAME", help="The target's name once more: it may be changed."
    )
    @click.option("--yes", is_flag=True, help="Do it; without it the command only shows what it would do.")
    @wraps(command)
    def asked(name: str | None, permits: tuple[str, ...], yes: bool, **named: Any) -> None:
        folder = Path.cwd()
        command(Asked(lasting_target(name, folder), permits, yes, folder), **named)

    return asked
