"""Several questions of one observation, some at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import TypeVar

LANES = 6
"""How many are under way at once: as many connections as a browser opens to one host, since a check is no load test."""

Question = TypeVar("Question")
Reply = TypeVar("Reply")


def in_lanes(ask: Callable[[Question], Reply], questions: Sequence[Question]) -> list[Reply]:
    """Ask all questions, at most six at a time, begun in their order, and return the answers in that order.

    Raises:
        Exception: What ``ask`` raised, of several the first in the order of the questions.
    """
    waiting: SimpleQueue[tuple[Question, Future[Reply]]] = SimpleQueue()
    asked: list[Future[Reply]] = []
    for question in questions:
        asked.append(Future())
        waiting.put((question, asked[-1]))

    def lane() -> None:
        while True:
            try:
                question, future = waiting.get_nowait()
            except Empty:
                return
            try:
                future.set_result(ask(question))
            except BaseException as error:  # noqa: BLE001  # handed to whoever waits, not swallowed
                future.set_exception(error)

    name = threading.current_thread().name
    for number in range(min(LANES, len(asked))):
        threading.Thread(target=lane, name=f"{name}, lane {number + 1}", daemon=True).start()
    return [future.result() for future in asked]
