"""A target on which drills are made one after another: each is undone where it ended badly, and written down."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeVar

from ops_tests.errors import NotPermitted, OpsError
from ops_tests.records.run import Drill, Figure, Span, SyntheticDelivery
from ops_tests.rules.wording import excerpt, listed

if TYPE_CHECKING:
    from ops_tests.acts.journal import Journal
    from ops_tests.permit import Permit
    from ops_tests.plugin.options import Settings
    from ops_tests.plugin.state import Run
    from ops_tests.records.drill import SteadyState
    from ops_tests.records.webhooks import Announcement
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint

Seen = TypeVar("Seen")
Told = tuple[list[Span], tuple[Figure, ...]]


@dataclass(frozen=True)
class Ground:
    """A target on which drills may be made.

    Attributes:
        target: The target.
        permit: The permission to act on it.
        run: The session's run.
        journal: The target's undo journal.
        before: What the target must be like afterwards.
        undone: What drills did not undo themselves, so that no other is made.
    """

    target: Target
    permit: Permit
    run: Run
    journal: Journal
    before: SteadyState
    undone: list[str] = field(default_factory=list)

    def drill(self, name: str, make: Callable[[], Seen], tell: Callable[[Seen], Told]) -> Seen:
        """Make a drill, undo what it left open however it ended, and write down what it did.

        Raises:
            NotPermitted: A drill before it did not end well.
            Blind: Something could not be looked at.
        """
        if self.undone:
            raise NotPermitted(f"not drilled, since an earlier drill did not end well: {listed(self.undone)}")
        began_at = datetime.now(UTC)
        told: Told | None = None
        try:
            seen = make()
            told = tell(seen)
        except NotPermitted:
            raise  # nothing was begun
        except BaseException as ended:
            told = ([_done("bad", f"ended early: {excerpt(str(ended) or type(ended).__name__)}", began_at)], ())
            raise
        finally:
            undone = self._undo()
            if told or undone:
                spans, figures = told or ([], ())
                one = Drill(target=self.target.name, name=name, began_at=began_at, ended_at=datetime.now(UTC),
                            spans=(*spans, *undone), figures=figures)  # fmt: skip
                self.run.drills.append(one)
        return seen

    def announce(self, one: Announcement) -> None:
        """Write a delivery down before it is sent."""
        self.run.deliveries.append(SyntheticDelivery(target=self.target.name, **asdict(one)))

    def progress(self, said: str) -> None:
        """Say at a terminal what is being done."""
        self.run.tell_progress(f"{self.target.name}: {said}")

    def _undo(self) -> list[Span]:
        """Undo what stands open; returns it for the timeline."""
        from ops_tests.acts.undoing import undisturbed, undo

        since, spans = datetime.now(UTC), []
        with undisturbed():
            try:
                for said in undo(self.target, self.permit, self.journal):
                    self.undone.append(said)
                    spans.append(_done("act", f"undone: {said}", since))
            except OpsError as error:
                self.undone.append(f"NOT UNDONE: {error}")
                spans.append(_done("bad", f"not undone: {excerpt(str(error))}", since))
        self.run.complaints.extend(f"undone on {self.target.name}: {said}" for said in self.undone)
        return spans


def _done(state: Literal["act", "bad"], text: str, since: datetime) -> Span:
    return Span(lane="what was done", since=since, until=datetime.now(UTC), state=state, text=text)


def is_asked_for(_target: Target, _endpoint: Endpoint | None, settings: Settings) -> str:
    """Why no drill is made, or ""."""
    return "" if re.search(r"\b(dr_drill|acts)\b", settings.suite) else "a drill is made only with -m dr_drill"
