"""What a drill did and what was seen meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ops_tests.records.database import WebhookEvent
    from ops_tests.records.platform import Machine, Release


@dataclass(frozen=True)
class HealthProbe:
    """The health path, asked once.

    Attributes:
        sent_at: UTC.
        ended_at: UTC.
        wrong: What was wrong with the answer, or "" when it was healthy.
    """

    sent_at: datetime
    ended_at: datetime
    wrong: str = ""


@dataclass(frozen=True)
class Act:
    """Something that was done to the target.

    Attributes:
        what: In a few words: ``restart e286065f969386``.
        began_at: UTC.
        ended_at: UTC.
        failed: Why it came to nothing, or "".
    """

    what: str
    began_at: datetime
    ended_at: datetime
    failed: str = ""


@dataclass(frozen=True)
class Sending:
    """One try to deliver.

    Attributes:
        sent_at: UTC.
        ended_at: UTC.
        wrong: Why it was not accepted, or "".
    """

    sent_at: datetime
    ended_at: datetime
    wrong: str = ""


@dataclass(frozen=True)
class PersistentDelivery:
    """A delivery that was repeated until it was accepted, as Shopify repeats it, or given up.

    Attributes:
        webhook_id: The same in every try.
        shop: The synthetic shop, the delivery's own.
        sendings: The tries, in their order.
    """

    webhook_id: str
    shop: str
    sendings: tuple[Sending, ...]


@dataclass(frozen=True)
class ColdStart:
    """A restart of all started machines, one by one, and what was seen from outside meanwhile.

    Attributes:
        acts: The restarts.
        probes: Health, asked every 200 ms, in the order of their sending.
        deliveries: The deliveries that were sent throughout; empty where none may be sent, and where nobody answered
            after a restart.
        events: The rows of ``webhook_events`` that bear an id or a shop of theirs.
    """

    acts: tuple[Act, ...]
    probes: tuple[HealthProbe, ...]
    deliveries: tuple[PersistentDelivery, ...] = ()
    events: tuple[WebhookEvent, ...] = ()


@dataclass(frozen=True)
class ThereAndBack:
    """A rollback to the previous image and the way back to the present one.

    Attributes:
        acts: The deployments that were made.
        probes: Health meanwhile.
        wrong: What was seen that should not be, one phrase each.
    """

    acts: tuple[Act, ...]
    probes: tuple[HealthProbe, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class ReplayedLetter:
    """A dead letter that was planted and replayed.

    Attributes:
        acts: Planting, replaying, taking away.
        outcome: What the replay came to, in its own words.
        replayed: Whether it was marked replayed.
        waits: Whether it waited still afterwards.
    """

    acts: tuple[Act, ...]
    outcome: str
    replayed: bool
    waits: bool


@dataclass(frozen=True)
class SteadyState:
    """What a drill must leave as it found it.

    Attributes:
        machines: The machines; empty without a platform.
        newest: The newest release, or None without one.
        secrets: Names of the secrets.
        letters: Ids of the dead letters that wait.
        sessions: Rows of "Session" that bear the synthetic prefix.
        open_entries: What the journal says is still to be undone.
    """

    machines: tuple[Machine, ...] = ()
    newest: Release | None = None
    secrets: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    sessions: int = 0
    open_entries: tuple[str, ...] = ()
