"""What errs in this week's log that did not err in the week before, and how much of both weeks anybody looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ops_tests.errors import NotCovered
from ops_tests.records.logs import LogWindow
from ops_tests.records.run import LogLook
from ops_tests.rules.log_entries import entries
from ops_tests.rules.log_errors import errors
from ops_tests.rules.log_shapes import SHOWN_SHAPES, Shape, shapes
from ops_tests.rules.wording import excerpt

WEEK = timedelta(days=7)
UNSEEN_DAYS = 6.0
"""With more of the week unseen than this nothing is said about it."""
WHOLE_DAYS = 6.3
"""A week of which this much was looked at counts as seen: runs begin some seconds late, and restarts make gaps."""
_SHOWN_LENGTH = 120


@dataclass(frozen=True)
class Week:
    """Seven days of the log: how many of them were looked at, and the error shapes seen in them."""

    days: float
    shapes: frozenset[str]


@dataclass(frozen=True)
class Weeks:
    """This week and the one before."""

    this: Week
    before: Week

    @property
    def unseen_days(self) -> float:
        """How much of this week nobody looked at."""
        return 7 - self.this.days


def looked(window: LogWindow, found: Sequence[Shape]) -> LogLook | None:
    """The look that a window and its error shapes make; None when nothing was seen."""
    if window.covered is None:
        return None
    since, until = window.covered
    return LogLook(since=since, until=until, shapes=tuple(f"{one.kind}: {one.text}" for one in found))


def weeks(window: LogWindow, earlier: Iterable[LogLook], expects_lines: bool) -> Weeks:
    """Lay together what the log still shows of two weeks and what earlier runs saw of them.

    Args:
        window: The log as far back as it could be read; its end is the end of this week.
        earlier: What earlier runs saw.
        expects_lines: Whether a healthy application always writes something, so that an empty log is no evidence.

    Raises:
        NotCovered: Less than a day of this week was looked at.
    """
    middle = window.until - WEEK
    of_window = [_part(window, window.since, middle), _part(window, middle, window.until)]
    looks = [*earlier, *(look for look in of_window if look and (window.lines or not expects_lines))]
    found = Weeks(_week(looks, middle, window.until), _week(looks, middle - WEEK, middle))
    if found.unseen_days > UNSEEN_DAYS:
        raise NotCovered(
            f"{window.source} and earlier runs show only {found.this.days:.1f} d of this week's log; expected at least "
            f"{7 - UNSEEN_DAYS:g} d. Let smoke run every 5 minutes, and keep reports/history.sqlite"
        )
    return found


def of_this_week(window: LogWindow) -> tuple[LogWindow, list[Shape]]:
    """This week's part of the window, and the error shapes in it."""
    part = window.narrowed(window.until - WEEK)
    return part, shapes(errors(entries(part.lines)))


def notes(found: Weeks) -> list[str]:
    """New shapes, each a line, and whose lack of evidence makes the comparison weaker than it sounds."""
    new = sorted(found.this.shapes - found.before.shapes)
    said = [f"new this week: {excerpt(shape, _SHOWN_LENGTH)}" for shape in new[:SHOWN_SHAPES]]
    if len(new) > SHOWN_SHAPES:
        said.append(f"and {len(new) - SHOWN_SHAPES} more new shapes")
    if found.this.days < WHOLE_DAYS:
        said.append(f"only {found.this.days:.1f} of the week's 7 d were looked at")
    if new and found.before.days < WHOLE_DAYS:
        said.append(
            f"only {found.before.days:.1f} d of the week before were looked at: what is called new may be older"
        )
    return said


def extent(found: Weeks) -> list[str]:
    """How much of each week was looked at, and how many shapes it had."""
    named = (("this week", found.this), ("the week before", found.before))
    return [f"{name}: {week.days:.1f} of 7 d looked at, {len(week.shapes)} error shapes" for name, week in named]


def _part(window: LogWindow, since: datetime, until: datetime) -> LogLook | None:
    """What the window shows between two moments."""
    if window.covered is None:
        return None
    first, last = max(since, window.covered[0]), min(until, window.covered[1])
    if first >= last:
        return None
    lines = tuple(line for line in window.lines if first <= line.timestamp <= last)
    return looked(LogWindow(first, last, lines, True, window.source), shapes(errors(entries(lines))))


def _week(looks: Iterable[LogLook], since: datetime, until: datetime) -> Week:
    """A look belongs to the week its middle lies in: last Monday's look at a week ends some seconds off the border."""
    within = [look for look in looks if since <= look.since + (look.until - look.since) / 2 < until]
    seen, end = timedelta(), since
    for first, last in sorted((look.since, min(look.until, until)) for look in within):
        seen += max(last - max(first, end), timedelta())
        end = max(end, last)
    return Week(seen / timedelta(days=1), frozenset(shape for look in within for shape in look.shapes))
