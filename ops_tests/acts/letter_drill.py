"""The drill of a replay: a dead letter of ours is planted, replayed as by ``dead-letters replay``, and taken away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

from ops_tests.acts import letter_box
from ops_tests.acts.journal import Journal, Planting
from ops_tests.acts.replay import Replay, steps
from ops_tests.clients.acting.replays import webhook_id
from ops_tests.clients.webhook_payloads import payload
from ops_tests.clients.webhooks import Announce
from ops_tests.errors import NotPermitted, UsageProblem
from ops_tests.permit import Permit
from ops_tests.records.drill import Act, ReplayedLetter
from ops_tests.records.replay import Waiting
from ops_tests.records.webhooks import Announcement
from ops_tests.rules.replay import normalised
from ops_tests.target import Target
from ops_tests.target_parts import Endpoint, WebhooksPart


def replay_one(
    target: Target,
    permit: Permit,
    journal: Journal,
    endpoint: Endpoint,
    announce: Announce,
    progress: Callable[[str], None],
) -> ReplayedLetter:
    """Plant a letter of the endpoint's topic, replay it, look whether it waits, and take it away.

    Args:
        target: The target, with [database] and [webhooks].
        permit: The permission to act on it.
        journal: Where the letter is written down before it is planted.
        endpoint: The endpoint that does least with a delivery.
        announce: Told of the delivery before it is sent.
        progress: Told what is being done.

    Raises:
        NotPermitted: What is needed to replay is missing.
        Blind: The application or a table could not be reached.
    """
    part = target.webhooks
    assert part is not None, "only with [webhooks]"  # noqa: S101 - whoever calls has seen to it
    letter, shop = f"ops-{uuid4()}", _shop(part, permit.run_id)
    with letter_box.opened(target) as box:
        try:
            table = box.table(permit)
        except UsageProblem as error:
            raise NotPermitted(f"no letter was planted: {error}") from None
        number = journal.begin(Planting(run_id=permit.run_id, letter=letter, shop=shop))
        progress("planting and replaying a dead letter")
        planted_at = datetime.now(UTC)
        table.plant(letter, normalised(endpoint.topic), shop, payload(endpoint.topic, shop, 1, planted_at).decode())
        replaying_at = datetime.now(UTC)
        chosen = steps(box, letter, destructive=False)
        if chosen[0].refusal:
            raise NotPermitted(f"the planted letter cannot be replayed: {chosen[0].refusal}")
        announce(_announced(chosen[0].letter, endpoint, shop))
        (outcome,) = Replay(permit, box, destructive=False).all(chosen)
        replayed_at = datetime.now(UTC)
        waits = any(one.id == letter for one in box.database.waiting_letters())
        table.delete_of_shop(shop)
        journal.undone(number)
    acts = (
        Act("plant a dead letter", planted_at, replaying_at),
        Act("replay it", replaying_at, replayed_at, "" if outcome.word == "replayed" else outcome.sentence),
        Act("take it away", replayed_at, datetime.now(UTC)),
    )
    return ReplayedLetter(acts, f"{outcome.word}: {outcome.sentence}", outcome.word == "replayed", waits)


def _shop(part: WebhooksPart, run_id: str) -> str:
    """A shop of ours that no delivery of this run bears."""
    return f"{part.synthetic_prefix}-{run_id}-letter.myshopify.com"


def _announced(letter: Waiting, endpoint: Endpoint, shop: str) -> Announcement:
    return Announcement(endpoint.path, "signed", shop, webhook_id(letter), datetime.now(UTC))
