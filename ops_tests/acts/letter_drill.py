"""The drill of a replay: a dead letter of ours is planted, replayed as by ``dead-letters replay``, and taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from ops_tests.acts import letter_box
from ops_tests.acts.journal import Journal, Planting
from ops_tests.acts.replay import Outcome, Replay, steps, webhooks_of
from ops_tests.clients.acting.replays import webhook_id
from ops_tests.clients.webhook_payloads import payload
from ops_tests.errors import NotPermitted, UsageProblem
from ops_tests.records.drill import Act, ReplayedLetter
from ops_tests.records.webhooks import Announcement
from ops_tests.rules.replay import normalised

if TYPE_CHECKING:
    from ops_tests.clients.webhooks import Announce
    from ops_tests.permit import Permit
    from ops_tests.target import Target
    from ops_tests.target_parts import Endpoint


class LetterDrill:
    """Plants, replays, takes away.

    Args:
        target: The target, with [database] and [webhooks].
        permit: The permission to act on it.
        journal: Where the letter is written down before it is planted.
        announce: Told of the delivery before it is sent.
        progress: Told what is being done.
    """

    def __init__(
        self, target: Target, permit: Permit, journal: Journal, announce: Announce, progress: Callable[[str], None]
    ) -> None:
        self._target, self._permit, self._journal = target, permit, journal
        self._announce, self._progress = announce, progress
        self._letter, self._shop = f"ops-{uuid4()}", _shop(target, permit.run_id)

    def run(self, endpoint: Endpoint) -> ReplayedLetter:
        """Replay a letter of the endpoint's topic, and look whether it waits still.

        Raises:
            NotPermitted: What is needed to replay is missing.
            Blind: The application or a table could not be reached.
        """
        with letter_box.opened(self._target) as box:
            try:
                table = box.table(self._permit)
            except UsageProblem as error:
                raise NotPermitted(f"no letter was planted: {error}") from None
            number = self._journal.begin(Planting(run_id=self._permit.run_id, letter=self._letter, shop=self._shop))
            self._progress("planting and replaying a dead letter")
            planted_at = datetime.now(UTC)
            body = payload(endpoint.topic, self._shop, 1, planted_at).decode()
            table.plant(self._letter, normalised(endpoint.topic), self._shop, body)
            planting = Act("plant a dead letter", planted_at, datetime.now(UTC))
            outcome, replaying = self._replayed(box, endpoint)
            waits = any(one.id == self._letter for one in box.database.waiting_letters())
            removed_at = datetime.now(UTC)
            table.delete_of_shop(self._shop)
            removing = Act("take it away", removed_at, datetime.now(UTC))
            self._journal.undone(number)
        said = f"{outcome.word}: {outcome.sentence}"
        return ReplayedLetter((planting, replaying, removing), said, outcome.word == "replayed", waits)

    def _replayed(self, box: letter_box.LetterBox, endpoint: Endpoint) -> tuple[Outcome, Act]:
        chosen = steps(box, self._letter, destructive=False)
        if chosen[0].refusal:
            raise NotPermitted(f"the planted letter cannot be replayed: {chosen[0].refusal}")
        began_at = datetime.now(UTC)
        self._announce(Announcement(endpoint.path, "signed", self._shop, webhook_id(chosen[0].letter), began_at))
        (outcome,) = Replay(self._permit, box, destructive=False).all(chosen)
        failed = "" if outcome.word == "replayed" else outcome.sentence
        return outcome, Act("replay it", began_at, datetime.now(UTC), failed)


def _shop(target: Target, run_id: str) -> str:
    """A shop of ours that no delivery of this run bears."""
    return f"{webhooks_of(target).synthetic_prefix}-{run_id}-letter.myshopify.com"
