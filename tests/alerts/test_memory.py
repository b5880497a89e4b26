"""What fires is kept in SQLite and PostgreSQL alike."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

from ops_tests.plugin.alerts import memory
from ops_tests.plugin.history import writing
from ops_tests.plugin.history.place import Place
from ops_tests.plugin.history.store import visit
from ops_tests.records.alerts import Alert
from ops_tests.records.run import Level
from tests.history.conftest import NOON, check, run

ALERT = Alert(
    "finding:shop/open",
    Level.L2,
    NOON,
    NOON,
    NOON,
    "run",
    ("shop/open[a]", "shop/open[b]"),
    ("shop/lit",),
    ("CHAT",),
    NOON,
)


def test_what_fires_is_read_back_as_it_was_and_goes_when_it_ends(place: Place) -> None:
    def work(history: Any) -> list[list[Alert]]:
        memory.alone(history)
        memory.keep(history, "shop", [ALERT])
        first = memory.firing(history, "shop")
        memory.keep(history, "shop", [replace(ALERT, firing=False, ended_at=NOON)])
        return [first, memory.firing(history, "shop"), memory.firing(history, "other")]

    assert visit(place, work) == [[ALERT], [], []]


def test_while_one_run_judges_alerts_another_waits(place: Place) -> None:
    order: list[str] = []

    def second(history: Any) -> None:
        memory.alone(history)
        order.append("the second begins")

    def first(history: Any) -> threading.Thread:
        memory.alone(history)
        other = threading.Thread(target=visit, args=(place, second))
        other.start()
        other.join(timeout=0.5)
        order.append("the first ends")
        return other

    visit(place, lambda _: None)  # the schema is built under a lock of its own
    visit(place, first).join()
    assert order == ["the first ends", "the second begins"]


def test_an_alert_is_taken_over_by_the_name_of_its_check(place: Place) -> None:
    later = NOON + timedelta(minutes=1)

    def work(history: Any) -> list[Alert]:
        memory.keep(history, "shop", [ALERT])
        assert memory.acknowledge(history, "shop", "shop/shut", later) == 0
        assert memory.acknowledge(history, "shop", "shop/open", later) == 1
        return memory.firing(history, "shop")

    assert visit(place, work) == [replace(ALERT, acknowledged_at=later)]


def test_only_the_newest_smoke_runs_that_did_not_break_off_are_looked_at(place: Place) -> None:
    runs = [run(at, check(outcome="ok")) for at in (0, 5, 10)]
    runs += [run(15, check(), status=3), run(12, check(), suite="daily"), run(20, check(outcome="finding"))]

    def work(history: Any) -> list[tuple[float, str]]:
        for one in runs:
            writing.write(history, one, one.targets)
        looks = memory.smoke_looks(history, "shop", 3)
        return sorted(((look.started_at - NOON).total_seconds() / 60, look.outcome) for look in looks)

    assert visit(place, work) == [(5, "ok"), (10, "ok"), (20, "finding")]
