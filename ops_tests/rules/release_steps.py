"""The steps of a release, and which of them the history has seen to.

A step is ticked only by looks of its own time: what was well before a deploy proves nothing of what came after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

from ops_tests.rules.lateness import EVERY
from ops_tests.rules.wording import excerpt, seen

if TYPE_CHECKING:
    from ops_tests.records.history import PastCheck

Phase = Literal["before", "after", "watch"]
WATCH = timedelta(minutes=30)
"""How long a release is watched."""
NEARLY = WATCH - EVERY["smoke"][0]
"""A look so long after the deploy is the last one that a schedule of five minutes makes within the watch."""
A_DAY, A_WEEK = (sum(EVERY[suite], timedelta()) for suite in ("daily", "weekly"))
"""How long a look before a deploy counts: until the next of its schedule is late."""
SINCE = "since the deploy"
GOOD = frozenset({"ok", "note"})


@dataclass(frozen=True)
class Step:
    """One line of the list.

    Attributes:
        says: What is to be true or done.
        checks: Ids without parameters of the checks that look at it; none where only people can say.
        who: Where people must look or what they type; for a step with checks, what makes them look.
        young: How old a look before the deploy may be.
    """

    says: str
    checks: tuple[str, ...] = ()
    who: str = ""
    young: timedelta = A_DAY


@dataclass(frozen=True)
class Ticked:
    """A step, whether it is done, and what shows it or what is missing; ``applies`` is False where no check does."""

    step: Step
    done: bool
    why: str
    applies: bool = True


BEFORE = (
    Step("The service is well", ("availability/health_answers_200", "availability/health_body_says_healthy",
         "platform/machines_are_started_and_healthy", "database/database_answers"), "pytest -m daily"),
    Step("No delivery waits to be processed again", ("dead_letters/no_unprocessed_dead_letters",), "pytest -m daily"),
    Step("The log shows no errors", ("logs/recent_logs_show_no_errors",), "pytest -m daily"),
    Step("The newest backup is fresh", ("platform/backups_are_fresh",), "pytest -m daily"),
    Step("Secrets are the documented ones", ("platform/secrets_are_the_documented_ones",), "pytest -m daily"),
    Step("There is a release to go back to", ("platform/rollback_candidate_exists",), "pytest -m weekly", A_WEEK),
    Step("The application's own tests are green for this commit", who="its CI"),
    Step("Migrations can be run while the old version serves, or the way back is written down", who="its author"),
    Step("The changelog names the version", who="its author"),
    Step("Staging runs this version, and is well", who="whoever deploys"),
    Step("Nobody else is at work on the system, and those on call know", who="whoever deploys"),
)  # fmt: skip
DEPLOYED = Step("It is deployed: a run has seen it live", who="whoever deploys, then pytest -m post_deploy")
DEPLOY = (DEPLOYED,)
AFTER = (
    Step("The release is complete, and every machine runs its image", ("platform/latest_release_is_complete",),
         "pytest -m post_deploy"),
    Step("The version that is live is the expected one", ("platform/expected_version_is_live",),
         "pytest -m post_deploy --expect-release {number}"),
    Step("No secret is staged but not deployed", ("platform/no_secret_is_staged_but_not_deployed",),
         "pytest -m post_deploy"),
    Step("Machines are started and healthy", ("platform/machines_are_started_and_healthy",), "pytest -m post_deploy"),
    Step("Health answers, says healthy, and in time", ("availability/health_answers_200",
         "availability/health_body_says_healthy", "availability/health_answers_in_time"), "pytest -m post_deploy"),
    Step("The database answers, and its migrations are applied", ("database/database_answers",
         "database/migrations_are_applied"), "pytest -m post_deploy"),
    Step("Signed deliveries are accepted and have their effect", ("webhooks/webhook_accepts_a_signed_delivery",
         "webhooks/signed_delivery_has_its_documented_effect"), "pytest -m post_deploy"),
    Step("Forged and unsigned deliveries are refused and have none", ("webhooks/webhook_rejects_a_forged_delivery",
         "webhooks/unsigned_delivery_is_answered_as_documented",
         "webhooks/forged_or_unsigned_delivery_has_no_effect"), "pytest -m post_deploy"),
    Step("What the release is for works, tried by hand", who="its author"),
    Step("The release is tagged, and the changelog names it", ("repository/newest_release_is_tagged",
         "repository/changelog_names_the_version"), "pytest -m monthly"),
)  # fmt: skip
WATCHED = (
    Step("Health stays well", ("availability/health_answers_200", "availability/health_body_says_healthy"),
         "pytest -m smoke"),
    Step("The log stays free of errors", ("logs/recent_logs_show_no_errors",), "pytest -m smoke"),
    Step("No delivery fails", ("dead_letters/no_unprocessed_dead_letters",), "pytest -m smoke"),
    Step("Machines stay up", ("platform/machines_are_started_and_healthy",), "pytest -m smoke"),
    Step("The log was read by a person", who="python -m ops_tests logs --for 5m"),
    Step("Users, support and the error tracker are quiet", who="whoever deploys"),
    Step("The release is announced", who="whoever deploys"),
)  # fmt: skip


@dataclass(frozen=True)
class Looks:
    """What the history knows for a list.

    Attributes:
        before: Looks of the time before the deploy, oldest first; of the newest day where nothing is deployed yet.
        since: Looks of the time after it; empty where nothing is deployed yet.
        deployed_at: When the release was first seen live, UTC; None where no run has seen it.
        now: UTC.
    """

    before: Sequence[PastCheck]
    since: Sequence[PastCheck]
    deployed_at: datetime | None
    now: datetime


def ticked(step: Step, phase: Phase, looks: Looks) -> Ticked:
    """Whether a step is done, by the looks of its phase."""
    if step is DEPLOYED and looks.deployed_at:
        return Ticked(step, True, f"before {looks.deployed_at:%Y-%m-%d %H:%M}Z")
    if not step.checks:
        return Ticked(step, False, step.who)
    if phase == "before":
        earliest = (looks.deployed_at or looks.now) - step.young
        return _newest_judged(step, [look for look in looks.before if look.started_at >= earliest], "lately")
    if looks.deployed_at is None:
        return Ticked(step, False, f"no run has seen it live yet; then {step.who}")
    if phase == "watch":
        return _watched(step, _of(step, looks.since), looks)
    return _newest_judged(step, looks.since, SINCE)


def _of(step: Step, looks: Iterable[PastCheck]) -> list[PastCheck]:
    return [look for look in looks if look.check.partition("[")[0] in step.checks]


def _newest_judged(step: Step, looks: Iterable[PastCheck], when: str) -> Ticked:
    newest = {look.check: look for look in _of(step, looks)}  # the oldest comes first
    return _judged(step, list(newest.values()), when)


def _judged(step: Step, looks: Sequence[PastCheck], when: str) -> Ticked:
    applying = [look for look in looks if look.outcome != "not applicable"]
    if looks and not applying:
        return Ticked(step, False, looks[-1].sentence, applies=False)
    wrong = [look for look in applying if look.outcome not in GOOD]
    if wrong:
        return Ticked(step, False, _said(wrong[-1]))
    known = {look.check.partition("[")[0] for look in looks}
    if set(step.checks) - known:
        return Ticked(step, False, f"nobody has looked {when}; {step.who}")
    oldest = min(applying, key=lambda look: look.started_at)
    return Ticked(step, True, f"seen {oldest.started_at:%Y-%m-%d %H:%M}Z, run {oldest.run_id}")


def _watched(step: Step, known: Sequence[PastCheck], looks: Looks) -> Ticked:
    """Done when every look of the watch held, and the last one came at its end."""
    begun = looks.deployed_at or looks.now
    within = [look for look in known if look.started_at <= begun + WATCH]
    judged = _judged(step, within, SINCE)
    if not judged.done:
        return judged
    newest = max(look.started_at for look in within)
    if newest < begun + NEARLY:
        ends = f"{begun + WATCH:%Y-%m-%d %H:%M}Z"
        return Ticked(step, False, f"it held until {newest:%H:%M}Z, and the time ends {ends}; {step.who}")
    return Ticked(step, True, f"held in {len(within)} looks until {newest:%Y-%m-%d %H:%M}Z")


def _said(look: PastCheck) -> str:
    word = " ".join(filter(None, (look.level, look.outcome)))
    return f"{word} at {look.started_at:%Y-%m-%d %H:%M}Z: {look.check}: {excerpt(seen(look.sentence), 160)}"
