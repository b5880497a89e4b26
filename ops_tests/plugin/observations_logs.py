"""The longer looks into the log: the minutes in which webhooks should have come, and two weeks of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ops_tests.plugin.gather import observation
from ops_tests.plugin.history.reading import log_looks
from ops_tests.plugin.observations import read_log
from ops_tests.target_parts import WebhooksPart

if TYPE_CHECKING:
    from ops_tests.plugin.look import Look
    from ops_tests.records.logs import LogWindow
    from ops_tests.records.run import LogLook
    from ops_tests.rules.log_entries import Entry
    from ops_tests.target import Target

ACTIVITY_MINUTES = 10.0
"""How far back webhook activity is looked for; a longer ``logs.window_minutes`` makes it longer."""
PAST_SECONDS = 30.0
"""How long the way back into the log may take; what it does not reach, earlier runs may have seen."""
_DEFAULT_PREFIX = WebhooksPart.model_fields["synthetic_prefix"].default
REJECTING = frozenset({400, 401, 405})
"""What a webhook path answers to what is no valid delivery, whatever the target file adds."""


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
