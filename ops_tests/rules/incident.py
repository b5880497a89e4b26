"""What the history tells of one incident: when it began, who was told when, what came between, when it was over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ops_tests.rules.changes import Version, release_between
from ops_tests.rules.wording import duration, quantity, seen

if TYPE_CHECKING:
    from ops_tests.records.alerts import Letter
    from ops_tests.records.history import PastCheck, PastFigure, PastRun
    from ops_tests.records.run import CheckRecord
    from ops_tests.rules.causes import Cause
    from ops_tests.rules.probes import Outage


@dataclass(frozen=True)
class Trouble:
    """One cause, from the last time that its check held until it held again.

    Attributes:
        cause: The root and what followed from it.
        held_before: When it last held, UTC; None when nobody knows.
        since: When it was first red, UTC.
        over: When it held again, UTC; None while it lasts.
        looks: What its check came to in between, oldest first.
    """

    cause: Cause
    held_before: datetime | None
    since: datetime
    over: datetime | None
    looks: Sequence[PastCheck]

    @property
    def values(self) -> str:
        """The measured values from the smallest to the largest, and their limit; "" where nothing was measured."""
        measured = [look for look in self.looks if look.value is not None and look.unit]
        if not measured:
            return ""
        values = [look.value or 0.0 for look in measured]
        low, high = (quantity(one, measured[0].unit or "") for one in (min(values), max(values)))
        limit = (
            f", limit {quantity(measured[0].limit, measured[0].unit or '')}" if measured[0].limit is not None else ""
        )
        return f"{low if low == high else f'{low} to {high}'} in {len(measured)} looks{limit}"


@dataclass(frozen=True)
class Incident:
    """Everything that was wrong on one target in one run, with its past and what came after.

    Attributes:
        run: The run.
        troubles: What was wrong, the worst first.
        waived: The findings somebody had answered for.
        letters: What was told meanwhile.
        before: The last run that saw what was live before it began.
        after: The first such run since.
        outages: When the application was down, as far as health was looked at.
        drilled: What the drills of the run measured, in their order.
    """

    run: PastRun
    troubles: Sequence[Trouble]
    waived: Sequence[CheckRecord]
    letters: Sequence[Letter]
    before: PastRun | None
    after: PastRun | None
    outages: Sequence[Outage]
    drilled: Sequence[PastFigure] = ()

    @property
    def since(self) -> datetime:
        """The first red of all."""
        return min(trouble.since for trouble in self.troubles)

    @property
    def over(self) -> datetime | None:
        """When the last of it held again; None while something lasts."""
        ends = [trouble.over for trouble in self.troubles]
        return None if None in ends else max(end for end in ends if end)

    @property
    def told(self) -> datetime | None:
        """When somebody was first told."""
        return min((letter.delivered_at for letter in self.letters if letter.delivered_at), default=None)

    @property
    def release(self) -> str:
        """Which release came between, in words; "" when nobody knows."""
        return release_between(_version(self.before), _version(self.after))

    def timeline(self) -> list[tuple[datetime, str]]:
        """What happened, in the order of time."""
        return sorted(set(self._events()), key=lambda event: event[0])

    def _events(self) -> Iterator[tuple[datetime, str]]:
        yield self.run.started_at, f"run `{self.run.run_id}` ({self.run.suite}): {self.run.verdict}"
        for trouble in self.troubles:
            check = trouble.cause.root.check
            if trouble.held_before:
                yield trouble.held_before, f"`{check}` held for the last time"
            word = "is red" if trouble.cause.root.outcome == "finding" else "cannot be looked at"
            yield trouble.since, f"`{check}` {word} for the first time"
            if trouble.over:
                yield trouble.over, f"`{check}` holds again"
        for run, when in ((self.before, "last"), (self.after, "first")):
            if run and (run.release or run.image):
                yield (
                    run.started_at,
                    f"{_live(run)} was seen live ({when} look {'before' if when == 'last' else 'since'})",
                )
        yield from map(_letter_event, self.letters)


def _letter_event(letter: Letter) -> tuple[datetime, str]:
    if letter.delivered_at:
        return letter.delivered_at, f"told by {letter.route} ({letter.word}): {letter.title}"
    return letter.created_at, f"NOT delivered by {letter.route} ({letter.word}): {letter.title}"


def _live(run: PastRun) -> str:
    return f"release {run.release}" if run.release else f"image {run.image}"


def _version(run: PastRun | None) -> Version | None:
    return Version(run.release, run.image) if run else None


def lasted(begin: datetime, end: datetime | None) -> str:
    """How long something took, or that it lasts."""
    return duration(max((end - begin).total_seconds(), 0)) if end else "not over yet"


def during(outages: Iterable[Outage], begin: datetime, end: datetime | None) -> list[Outage]:
    """The outages that began within an incident."""
    return [one for one in outages if begin <= one.since and (end is None or one.since <= end)]


def down_for(outage: Outage) -> str:
    """How long the application was down: what is certain, and the most that may have been."""
    least = duration(outage.at_least.total_seconds()) if outage.at_least > timedelta() else "a moment"
    most = duration(outage.at_most.total_seconds()) if outage.at_most is not None else "an unknown time"
    lasting = "" if outage.over else ", and it was not over when somebody last looked"
    return f"down since {outage.since:%Y-%m-%d %H:%M:%S} UTC for at least {least} and at most {most}{lasting}"


def about(letters: Iterable[Letter], troubles: Iterable[Trouble]) -> list[Letter]:
    """The messages that told of these troubles."""
    keys = {f"{trouble.cause.root.outcome}:{trouble.cause.root.check.partition('[')[0]}" for trouble in troubles}
    return [letter for letter in letters if letter.key in keys]


def said(check: CheckRecord) -> str:
    """What a check saw, without what to do about it."""
    return seen(check.sentence)
