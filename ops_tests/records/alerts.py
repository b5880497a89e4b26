"""What somebody has been told, and what they are to be told next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from ops_tests.records.run import Level

Kind = Literal["finding", "blind"]
Word = Literal["new", "worse", "still", "escalated", "recovered", "waived"]
"""Why a message is sent; the last two end the alert, and with it the incident of whoever keeps such."""
ENDING: frozenset[Word] = frozenset({"recovered", "waived"})


@dataclass(frozen=True)
class Alert:
    """One trouble of a target that lasts, told or not.

    Attributes:
        key: ``finding:availability/health_answers_200``; the same trouble has the same key in every run.
        level: The worst level it was told with, or would have been; None while blind.
        since: The first red that led to it, UTC.
        opened_at: When it was first judged worth telling, UTC.
        last_red_at: The start of the newest run that saw it, UTC.
        run_id: The run that opened it.
        members: Ids of the checks it consists of: the endpoints of one parametrised check are one alert.
        follows: Ids of the checks that may follow from it.
        told: The routes it was told by, as the names of their variables.
        last_sent_at: When its newest message was made, UTC; None while it is held.
        acknowledged_at: When somebody took it over, UTC: no reminder and no escalation after that.
        firing: False once it has ended.
        ended_at: When it ended, UTC.
    """

    key: str
    level: Level | None
    since: datetime
    opened_at: datetime
    last_red_at: datetime
    run_id: str
    members: tuple[str, ...]
    follows: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    last_sent_at: datetime | None = None
    acknowledged_at: datetime | None = None
    firing: bool = True
    ended_at: datetime | None = None

    @property
    def kind(self) -> str:
        """``finding`` or ``blind``."""
        return self.key.partition(":")[0]

    @property
    def check(self) -> str:
        """The check's id without its parameters."""
        return self.key.partition(":")[2]

    @property
    def severity(self) -> str:
        """The word by which routes choose: the level, or ``blind``."""
        return str(self.level) if self.level and self.kind == "finding" else "blind"


@dataclass(frozen=True)
class Message:
    """Something to tell by some routes.

    Attributes:
        alert: The alert as it is now.
        word: Why it is told.
        was: The level before, when the word is ``worse``.
        routes: Names of the routes' variables, each once.
    """

    alert: Alert
    word: Word
    routes: tuple[str, ...]
    was: Level | None = None


@dataclass(frozen=True)
class PastLook:
    """What a check came to in one of the newest smoke runs, the present one among them.

    Attributes:
        check: The check's id.
        started_at: When that run began, UTC.
        outcome: The word of the verdict.
    """

    check: str
    started_at: datetime
    outcome: str


@dataclass(frozen=True)
class Answer:
    """What came of sending a letter.

    Attributes:
        said: Why it was not delivered; "" when it was.
        not_before: When the service wants to be asked again, UTC; None when it did not say.
    """

    said: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True)
class Letter:
    """A message as it goes out by one route, and what came of it.

    Attributes:
        id: Unique.
        target: The target's name.
        key: The alert's key; "" for a test.
        run_id: The run that made it.
        route: The variable with the route's URL.
        word: Why it is told.
        level: The level told, or ``blind``.
        title: One line.
        body: The rest.
        since: The first red that led to it, UTC.
        created_at: UTC.
        attempts: How often it was tried.
        last_error: What the newest failure said.
        delivered_at: UTC, or None while it waits.
    """

    id: str
    target: str
    key: str
    run_id: str
    route: str
    word: str
    level: str
    title: str
    body: str
    since: datetime
    created_at: datetime
    attempts: int = 0
    last_error: str = ""
    delivered_at: datetime | None = None

    @property
    def dedup_key(self) -> str:
        """What services that keep incidents join this trouble's messages by."""
        return f"ops-tests/{self.target}/{self.key}"

    @property
    def ends(self) -> bool:
        """Whether it ends the alert."""
        return self.word in ENDING
