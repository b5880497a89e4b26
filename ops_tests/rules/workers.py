"""Judging what was seen of a Worker: its invocations, and its database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ops_tests.errors import NotCovered
from ops_tests.rules.log_personal_data import without_personal_data
from ops_tests.rules.wording import duration, excerpt, listed

if TYPE_CHECKING:
    from ops_tests.limits import Limit
    from ops_tests.records.platform import Release
    from ops_tests.records.workers import D1Answer, D1Bookmark, Invocation, Watch

GOOD = frozenset({"ok", "canceled", "responseStreamDisconnected"})
"""The Worker ended well, or the client went away first; wrangler's own ``--status error`` leaves these out too."""

_ID = re.compile(r"(?=[\w-]*\d)[\w-]{20,}")
"""So long a word with a digit in it is no name."""


def failing(watch: Watch) -> list[str]:
    """Invocations that failed, alike ones counted: ``2 x GET /api/x: exceededCpu``.

    An invocation whose outcome is ``ok`` may have answered 500, for an error that the Worker caught: both are looked
    at.

    Raises:
        NotCovered: None failed, but not even our own request was seen, or the stream was not whole.
    """
    found = Counter(filter(None, map(_failure, watch.invocations)))
    if not found and not watch.own_seen:
        raise NotCovered(
            f"the watch of {watch.worker} did not see one of our own {watch.asked} requests in "
            f"{duration(watch.seconds)}; expected it. Is {watch.worker} the Worker that serves (platform.worker)? "
            f"Next: wrangler tail {watch.worker}"
        )
    if not found and watch.damage:
        raise NotCovered(
            f"the watch of {watch.worker} is not whole: wrangler said {_nobody_s(watch.damage)}; expected JSON. "
            f"Next: wrangler tail {watch.worker}"
        )
    return [f"{count} x {said}" for said, count in found.most_common()]


def _failure(one: Invocation) -> str:
    if one.outcome not in GOOD:
        thrown = f" ({listed(dict.fromkeys(map(_nobody_s, one.exceptions)))})" if one.exceptions else ""
        return f"{_nobody_s(one.what)}: {excerpt(one.outcome)}{thrown}"
    return f"{_nobody_s(one.what)} answered {one.status}" if (one.status or 0) >= 500 else ""


def _nobody_s(text: str) -> str:
    """A visitor's path or an exception's name without what is somebody's: personal data, tokens and ids."""
    return excerpt(_ID.sub("<id>", without_personal_data(text)))


def failed(watch: Watch) -> int:
    """How many invocations failed."""
    return sum(bool(_failure(one)) for one in watch.invocations)


def described(watch: Watch) -> str:
    """How long was watched, and what was seen, by outcome."""
    outcomes = Counter(one.outcome for one in watch.invocations)
    told = listed(f"{count} {outcome}" for outcome, count in outcomes.most_common()) or "nothing"
    return f"watched {watch.worker} for {duration(watch.seconds)}: {told}; {watch.asked} requests were ours"


def behind(staging: Sequence[Release], production: Sequence[Release]) -> list[str]:
    """What shows that production got a change that staging never saw, though staging is deployed first.

    A change's way is told by times alone, since the two Workers number their versions apart: staging must have been
    deployed since production's change before the newest. Rollbacks and changed secrets are no changes of code.

    Raises:
        NotCovered: Production shows no change whose way could be told.
    """
    changes = sorted((one for one in production if not _no_change(one)), key=lambda one: one.created_at, reverse=True)
    if not changes:
        raise NotCovered(
            f"none of the {len(production)} deployments of production that are listed changed its code; expected one, "
            "which staging could have got first. Next: wrangler deployments list --name WORKER"
        )
    last = max((one.created_at for one in staging), default=None)
    got = f"production got {changes[0].name} at {changes[0].created_at:%Y-%m-%d %H:%M}Z"
    if last is None:
        return [f"{got}, and staging was never deployed"]
    stale = [one.name for one in changes[1:2] if last <= one.created_at]
    return [f"{got}, and staging was last deployed at {last:%Y-%m-%d %H:%M}Z, before {name}" for name in stale]


def _no_change(release: Release) -> bool:
    return release.description.startswith(("rollback", "secret"))


def unanswered(answer: D1Answer, limit: Limit) -> list[str]:
    """What D1 did instead of answering 1 in time."""
    if answer.refusal:
        return [f"D1 said of {answer.database}: {excerpt(answer.refusal)}"]
    if answer.value != 1 or answer.value is True:
        return [f"{answer.database} answered {answer.value!r:.80}"]
    late = answer.sql_seconds is not None and answer.sql_seconds > limit.value
    return [f"{answer.database} took {duration(answer.sql_seconds or 0)}"] * late


def answered_in(answer: D1Answer) -> str:
    """How long D1 took, where it says."""
    took = f" in {duration(answer.sql_seconds)}" if answer.sql_seconds is not None else ""
    return f"{answer.database} answered{took}" if not answer.refusal else f"{answer.database} refused"


def unrecoverable(seen: D1Bookmark) -> list[str]:
    """Why time travel could not lead back to now."""
    if seen.refusal:
        return [f"D1 said of {seen.database}: {excerpt(seen.refusal)}"]
    return [] if seen.bookmark.strip() else [f"{seen.database} has no bookmark"]
