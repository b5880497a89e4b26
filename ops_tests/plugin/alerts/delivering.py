"""Emptying the outbox: every route in a thread of its own, oldest letter first, until the first that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from ops_tests.errors import HistoryUnavailable
from ops_tests.plugin.alerts import outbox
from ops_tests.plugin.alerts.sending import send
from ops_tests.plugin.history.place import Place, place_of
from ops_tests.plugin.history.store import visit
from ops_tests.records.alerts import Letter
from ops_tests.rules.alert_wording import late
from ops_tests.target import Secret

ROUTE_SECONDS = 20
"""How long one route may go on taking letters in one run; the rest is for the next."""


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

    def all_waiting(self) -> None:
        """Deliver what waits, by all routes at once; a route that hangs does not hold the others."""
        with_letters = {letter.route for letter in visit(self.place, partial(outbox.waiting, target=self.target))}
        self._each(self._by_route, sorted(with_letters - self.failing.keys()))

    def unremembered(self, letters: Iterable[Letter]) -> None:
        """Send letters that no outbox can keep; what fails is lost and said."""
        by_route: dict[str, list[Letter]] = {}
        for letter in letters:
            by_route.setdefault(letter.route, []).append(letter)
        self._each(lambda route: self._straight(route, by_route[route]), sorted(by_route))

    def _each(self, work: Callable[[str], None], routes: list[str]) -> None:
        threads = [threading.Thread(target=self._guarded, args=(work, route), daemon=True) for route in routes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _guarded(self, work: Callable[[str], None], route: str) -> None:
        try:
            work(route)
        except HistoryUnavailable as error:
            self.failing[route] = f"the outbox cannot be used: {error}"

    def _by_route(self, route: str) -> None:
        begun = time.monotonic()
        while letter := visit(self.place, lambda history: outbox.claim(history, self.target, route, datetime.now(UTC))):
            late = time.monotonic() - begun > ROUTE_SECONDS
            said = f"more waits than it takes in {ROUTE_SECONDS} s" if late else self._sent(route, letter)
            if said:
                self.failing[route] = said
                visit(self.place, partial(outbox.failed, letter=letter, said=said))
                return
            visit(self.place, partial(outbox.delivered, letter=letter, now=datetime.now(UTC)))
            self.sent.append(letter)

    def _sent(self, route: str, letter: Letter) -> str:
        url = self.urls.get(route)
        return (
            self.clean(send(url, replace(letter, body=late(letter))))
            if url
            else f"{route} is not set; put it into the environment or .env"
        )

    def _straight(self, route: str, letters: list[Letter]) -> None:
        for letter in letters:
            said = self._sent(route, letter)
            if said:
                self.failing[route] = said
                return
            self.sent.append(letter)
