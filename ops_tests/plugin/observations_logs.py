"""The looks into the log: the last minutes, what a deployment brought, when webhooks should have come, two weeks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ops_tests.plugin.gather import observation
from ops_tests.plugin.history.reading import log_looks
from ops_tests.target_parts import WebhooksPart

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.logs import LogWindow
    from ops_tests.records.run import LogLook
    from ops_tests.rules.log_entries import Entry
    from ops_tests.target import Target

POST_DEPLOY_WINDOW = timedelta(minutes=30)
"""The farthest back a post-deploy look into the log reaches."""
ACTIVITY_MINUTES = 10.0
"""How far back webhook activity is looked for; a longer ``logs.window_minutes`` makes it longer."""
PAST_SECONDS = 30.0
"""How long the way back into the log may take; what it does not reach, earlier runs may have seen."""
_DEFAULT_PREFIX = WebhooksPart.model_fields["synthetic_prefix"].default
REJECTING = frozenset({400, 401, 405})
"""What a webhook path answers to what is no valid delivery, whatever the target file adds."""


@observation("platform.app", "logs")
def recent_logs(look: Look) -> LogWindow:
    """The last minutes of the log; after a deployment since the newest release, its machines only."""
    from ops_tests.records.logs import LogWindow
    from ops_tests.rules.machines import serving
    from ops_tests.rules.releases import newest, same_image

    if look.run.settings.suite != "post_deploy":
        return latest_minutes(look, _window(look))
    for name in ("newest_log", "machines"):
        look.gatherer.start(look.target, name)
    release = newest(look.see("releases"))
    since = max(release.created_at, datetime.now(UTC) - POST_DEPLOY_WINDOW)
    window = _log_since(look, since)
    image = release.image
    ours = {one.id for one in serving(look.see("machines")) if image and same_image(one.image, image)}
    lines = tuple(line for line in window.lines if line.instance in ours)
    return LogWindow(window.since, window.until, lines, window.complete, window.source)


@observation("platform.app", "logs")
def newest_log(look: Look) -> LogWindow:
    """The last minutes of the log, read while it is asked how old the newest release is: most were made just now."""
    return read_log(look, datetime.now(UTC) - _window(look))


def _window(look: Look) -> timedelta:
    return timedelta(minutes=look.target.logs.window_minutes if look.target.logs else 0)


def _log_since(look: Look, since: datetime) -> LogWindow:
    """The log since a moment: out of the newest minutes where they reach back so far, else read for itself."""
    if since > datetime.now(UTC) - _window(look):
        window: LogWindow = look.see("newest_log")
        if window.since <= since and window.complete:
            look.remarks.extend(look.gatherer.remarks(look.target, "newest_log"))
            return window.narrowed(since)
    return read_log(look, since)


@pytest.fixture(scope="session")
def recent_entries(recent_logs: LogWindow) -> list[Entry]:
    """The recent log as entries: continuation lines joined, machine by machine."""
    from ops_tests.rules.log_entries import entries

    return entries(recent_logs.lines)


def latest_minutes(look: Look, span: timedelta) -> LogWindow:
    """The last minutes of the log: out of the longer look of the same run, where one was made and reached its end."""
    if look.wanted("activity_log"):
        longer: LogWindow = look.see("activity_log")
        if longer.complete or not longer.lines:
            look.remarks.extend(look.gatherer.remarks(look.target, "activity_log"))
            return longer.narrowed(longer.until - span)
    return read_log(look, datetime.now(UTC) - span)


def read_log(look: Look, since: datetime) -> LogWindow:
    """The log since a moment, from the platform's best source."""
    return look.fly.logs(since)


@observation("platform.app", "logs")
def activity_log(look: Look) -> LogWindow:
    """The last ten minutes of the log, read once for every check that looks as far back or less."""
    part = look.target.logs
    minutes = max(ACTIVITY_MINUTES, part.window_minutes if part else 0)
    return read_log(look, datetime.now(UTC) - timedelta(minutes=minutes))


@pytest.fixture(scope="session")
def activity_entries(activity_log: LogWindow) -> list[Entry]:
    """The last ten minutes as entries: continuation lines joined, machine by machine."""
    from ops_tests.rules.log_entries import entries

    return entries(activity_log.lines)


@observation("platform.app", "logs")
def past_log(look: Look) -> LogWindow:
    """The log before this run, as far back as the platform lets within 30 s; never more than two weeks."""
    from ops_tests.rules.log_weeks import WEEK

    until = datetime.now(UTC)
    return look.fly.past_logs(until - 2 * WEEK, until, PAST_SECONDS)


@pytest.fixture(scope="session")
def earlier_looks(request: pytest.FixtureRequest, target: Target, past_log: LogWindow) -> list[LogLook]:
    """What earlier runs saw of the log in these two weeks."""
    return log_looks(request.config.rootpath, target, past_log.since)


@pytest.fixture(scope="session")
def documented_statuses(target: Target) -> frozenset[int]:
    """The statuses that webhook paths may answer: those of a rejection, and what the target file names."""
    part = target.webhooks
    return REJECTING.union(*((part.forged_status, part.unsigned_status, part.get_status) if part else ()))


@pytest.fixture(scope="session")
def synthetic_prefix(target: Target) -> str:
    """What the shops of our own deliveries begin with."""
    return target.webhooks.synthetic_prefix if target.webhooks else str(_DEFAULT_PREFIX)
