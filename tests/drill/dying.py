"""A plugin that ends a drill at one step: ``-p tests.drill.dying``, with ``DIES_AT=step`` and ``DIES_BY=SIGKILL``."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from ops_tests.acts.journal import Journal
from ops_tests.clients.acting.dead_letters import DeadLetterTable
from ops_tests.clients.acting.fly import ActingFly

WITHIN_SECONDS = 0.5
"""After so long a command of fly is in the middle of its work."""
SIDES = Literal["before", "within", "after"]


@dataclass(frozen=True)
class Step:
    """The so-many-th call of a method, and on which side of it the run dies.

    Attributes:
        drill: The check that makes the drill.
        owner: The method's class.
        method: Its name.
        number: Which call of it.
        side: When.
    """

    drill: str
    owner: type
    method: str
    number: int
    side: SIDES


COLD, BACK, LETTER = "cold_start_recovers", "rollback_works", "dead_letter_can_be_replayed"
STEPS = {
    "nothing is begun": Step(COLD, Journal, "begin", 1, "before"),
    "first restart written down": Step(COLD, Journal, "begin", 1, "after"),
    "first restart under way": Step(COLD, ActingFly, "machine_restart", 1, "within"),
    "first machine restarted": Step(COLD, ActingFly, "machine_restart", 1, "after"),
    "first restart closed": Step(COLD, Journal, "undone", 1, "after"),
    "second restart under way": Step(COLD, ActingFly, "machine_restart", 2, "within"),
    "second machine restarted": Step(COLD, ActingFly, "machine_restart", 2, "after"),
    "rollback written down": Step(BACK, Journal, "begin", 1, "after"),
    "previous image under way": Step(BACK, ActingFly, "deploy", 1, "within"),
    "previous image deployed": Step(BACK, ActingFly, "deploy", 1, "after"),
    "present image under way": Step(BACK, ActingFly, "deploy", 2, "within"),
    "present image deployed": Step(BACK, ActingFly, "deploy", 2, "after"),
    "rollback closed": Step(BACK, Journal, "undone", 1, "after"),
    "letter written down": Step(LETTER, Journal, "begin", 1, "after"),
    "letter planted": Step(LETTER, DeadLetterTable, "plant", 1, "after"),
    "letter replayed": Step(LETTER, DeadLetterTable, "delete_of_shop", 1, "before"),
    "letter taken away": Step(LETTER, DeadLetterTable, "delete_of_shop", 1, "after"),
}


def pytest_configure() -> None:
    """Make the method deadly."""
    step, number = STEPS[os.environ["DIES_AT"]], signal.Signals[os.environ["DIES_BY"]]
    setattr(step.owner, step.method, _deadly(getattr(step.owner, step.method), step, number))


def _deadly(method: Callable[..., Any], step: Step, number: signal.Signals) -> Callable[..., Any]:
    calls = itertools.count(1)

    def dying(*given: Any) -> Any:
        if next(calls) != step.number:
            return method(*given)
        if step.side == "within":
            threading.Timer(WITHIN_SECONDS, os.kill, (os.getpid(), number)).start()
        if step.side == "before":
            _die(number)
        result = method(*given)
        if step.side == "after":
            _die(number)
        return result

    return dying


def _die(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)
    time.sleep(0)  # an interrupt is raised between two steps of the interpreter
