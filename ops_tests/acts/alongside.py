"""Work that goes on beside what is done to a target, in a thread of its own, from ``with`` to its end."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from ops_tests.clients.web import Web


class Alongside(ABC):
    """A thread and the client it uses; what broke it is raised where its work is waited for.

    Args:
        name: The thread's.
        web: The client, closed at the end.
    """

    def __init__(self, name: str, web: Web) -> None:
        self._web = web
        self._over = threading.Event()
        self._broke: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._web.close()

    @abstractmethod
    def _go_on(self) -> None:
        """Work until ``_over`` is set."""

    def _work(self) -> None:
        try:
            self._go_on()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self._broke = error

    def _demand_whole(self) -> None:
        """Raise what broke the work, so that nobody judges by half of it."""
        if self._broke is not None:
            raise self._broke
