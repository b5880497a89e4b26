"""Emptying the outbox: every route in a thread of its own, oldest letter first, until the first that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.alerts import outbox
from ops_tests.plugin.alerts.sending import send
from ops_tests.plugin.history.place import Place, place_of
from ops_tests.plugin.history.store import Store, visit
from ops_tests.records.alerts import Answer, Letter
from ops_tests.rules.alert_wording import late

if TYPE_CHECKING:
    from ops_tests.target import Secret

T = TypeVar("T")
ROUTE_SECONDS = 15
"""How long a route may go on taking letters at one time, and then the one that is on its way; the rest is for the next
run. A run delivers twice, before and after its verdict, and while it ends nobody can end it."""


VISITS = threading.BoundedSemaphore(4)
"""How many routes may be at the history at once: in an outage of all targets each of them has letters, and a PostgreSQL
that many machines share has a hundred connections."""


@dataclass
class Delivery:
    """One run's deliveries for one target.

    Attributes:
        target: The target's name.
        urls: The routes whose variable is set.
        folder: The project's folder, which leads to the history.
        clean: Takes secrets out of what a service said.
        failing: By route that failed in this run, why: it is not tried again.
        sent: What was delivered.
    """

    target: str
    urls: Mapping[str, Secret]
    folder: Path
    clean: Callable[[str], str]
    failing: dict[str, str] = field(default_factory=dict)
    sent: list[Letter] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where the outbox is.

        Raises:
            HistoryUnavailable: Its URL is none.
        """
        return place_of(self.folder)

    def routes(self) -> list[str]:
        """The routes with letters that have not failed in this run.

        Raises:
            HistoryUnavailable: The outbox cannot be read.
        """
        waiting = visit(self.place, partial(outbox.waiting, target=self.target))
        return sorted({letter.route for letter in waiting} - self.failing.keys())

    def by_route(self, route: str) -> None:
        """Deliver what waits for a route."""
        ends_at = time.monotonic() + ROUTE_SECONDS
        try:
            while letter := self._visit(partial(self._claimed, route)):
                answer = self._answer(route, letter, ends_at)
                if not self._went(letter, answer):
                    self._visit(partial(outbox.failed, letter=letter, answer=answer))
                    return
                self._visit(partial(outbox.delivered, letter=letter, now=datetime.now(UTC)))
        except HistoryUnavailable as error:
            self.failing[route] = f"the outbox cannot be used: {error}"

    def straight(self, letters: Iterable[Letter]) -> None:
        """Send letters of one route that no outbox can keep; what fails is lost and said."""
        ends_at = time.monotonic() + ROUTE_SECONDS
        for letter in letters:
            if not self._went(letter, self._answer(letter.route, letter, ends_at)):
                return

    def _visit(self, step: Callable[[Store], T]) -> T:
        with VISITS:
            return visit(self.place, step)

    def _claimed(self, route: str, history: Store) -> Letter | None:
        return outbox.claim(history, self.target, route, datetime.now(UTC))

    def _answer(self, route: str, letter: Letter, ends_at: float) -> Answer:
        if time.monotonic() > ends_at:
            return Answer(f"more waits than it takes in {ROUTE_SECONDS} s")
        if route not in self.urls:
            return Answer(f"{route} is not set; put it into the environment or .env")
        answer = send(self.urls[route], replace(letter, body=late(letter)))
        return replace(answer, said=self.clean(answer.said))

    def _went(self, letter: Letter, answer: Answer) -> bool:
        """Note what came of a letter."""
        if answer.said:
            self.failing[letter.route] = answer.said
        else:
            self.sent.append(letter)
        return not answer.said


def deliver(deliveries: Sequence[Delivery]) -> None:
    """Deliver what waits, by all routes of all targets at once; a route that hangs does not hold the others.

    Raises:
        HistoryUnavailable: The outbox cannot be read.
    """
    at_once([partial(one.by_route, route) for one in deliveries for route in one.routes()])


def straight(delivery: Delivery, letters: Iterable[Letter]) -> list[Callable[[], None]]:
    """What sends letters that no outbox can keep, a call for each route."""
    by_route: dict[str, list[Letter]] = {}
    for letter in letters:
        by_route.setdefault(letter.route, []).append(letter)
    return [partial(delivery.straight, same) for same in by_route.values()]


def at_once(calls: Sequence[Callable[[], None]]) -> None:
    """Make all calls, each in a thread of its own, and wait for them."""
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
