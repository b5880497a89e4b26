"""A full drill, made up: a backup that is restored, a cold start, webhooks that survive it, back and forward again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from ops_tests.plugin.history import writing
from ops_tests.records.run import Drill, Figure, RunRecord, Span, TargetRecord

State = Literal["good", "bad", "act"]
Row = tuple[str, float, float, State, str]
DONE = "what was done"
COLD = "cold start"


def full(began_at: datetime) -> tuple[Drill, ...]:
    """The four drills, one after the other."""
    return (
        made(began_at, "backup is restorable", 34.2, BACKUP, RESTORED),
        made(began_at + timedelta(seconds=40), COLD, 62, RESTARTS, RECOVERED),
        made(began_at + timedelta(seconds=110), "webhooks survive", 31, [*deliveries(), *SENT], DELIVERED),
        made(began_at + timedelta(seconds=150), "rollback", 124, RELEASES, ROLLED_BACK),
    )


def made(began_at: datetime, name: str, seconds: float, rows: Iterable[Row], figures: Iterable[Figure] = ()) -> Drill:
    """A drill whose spans are told in seconds from its beginning."""
    spans = tuple(
        Span(lane=lane, since=began_at + timedelta(seconds=since), until=began_at + timedelta(seconds=until),
             state=state, text=text)
        for lane, since, until, state, text in rows
    )  # fmt: skip
    ended_at = began_at + timedelta(seconds=seconds)
    return Drill(target="shop", name=name, began_at=began_at, ended_at=ended_at, spans=spans, figures=tuple(figures))


def deliveries() -> list[Row]:
    """Forty deliveries, three of which had to be repeated."""
    told: list[Row] = []
    for number in range(40):
        since, repeated = 0.7 * number, number in {14, 15, 16}
        word: tuple[State, str] = ("bad", "503, repeated") if repeated else ("good", "processed once")
        told.append(("deliveries", since, since + (1.9 if repeated else 0.06), *word))
    return told


def flapping(began_at: datetime) -> Drill:
    """Five minutes in which every third look failed: hundreds of spans."""
    rows: list[Row] = []
    for number in range(500):
        at = 0.6 * number
        rows += [
            ("health", at, at + 0.4, "good", "answers 200"),
            ("health", at + 0.4, at + 0.6, "bad", f"answers 50{number % 5}"),
        ]
    return made(began_at, "flapping", 300, rows)


def plant(folder: Path, began_at: datetime) -> None:
    """The same drill in each of the four quarters before: the application starts a little slower each time."""
    complaints: list[str] = []
    for quarters in range(4, 0, -1):
        then = began_at - timedelta(days=91 * quarters)
        slower = [Figure(name="recovery time", value=4.2 - 0.25 * quarters, unit="s"), *RECOVERED[1:]]
        drills = (made(then, COLD, 60, (), slower), *full(then)[2:])
        writing.store(folder, run(then, f"quarter-{quarters}", drills), complaints.append)
    assert complaints == []


def run(began_at: datetime, run_id: str, drills: tuple[Drill, ...]) -> RunRecord:
    """A green run with nothing but drills."""
    live = TargetRecord(name="shop", base_url="http://127.0.0.1:9", sandbox=False, release="v41", image="shop:41")
    return RunRecord(
        run_id=run_id, suite="dr_drill", targets=(live,), faults=(), started_at=began_at,
        finished_at=began_at + timedelta(minutes=5), exit_status=0, verdict="OK on shop", level=None, environment={},
        checks=(), drills=drills,
    )  # fmt: skip


BACKUP: list[Row] = [
    (DONE, 0, 14.2, "act", "dump"),
    (DONE, 14.2, 16.1, "act", "start a scratch PostgreSQL"),
    (DONE, 16.1, 31.6, "act", "restore"),
    (DONE, 31.6, 34.2, "act", "compare"),
]
RESTORED = [
    Figure(name="restore time", value=15.5, unit="s"), Figure(name="dump time", value=14.2, unit="s"),
    Figure(name="age of the newest row", value=118, unit="s"), Figure(name="size", value=48.3, unit="MB"),
    Figure(name="rows", value=120394, unit="rows"),
]  # fmt: skip
RESTARTS: list[Row] = [
    ("health", 0, 21.4, "good", "answers 200"),
    ("health", 21.6, 24.6, "bad", "no answer"),
    ("health", 24.8, 62, "good", "answers 200"),
    (DONE, 20.1, 24.4, "act", "restart machine A"),
    (DONE, 40.3, 43.8, "act", "restart machine B"),
]
RECOVERED = [Figure(name="recovery time", value=4.2, unit="s"), Figure(name="outage seen", value=3, unit="s")]
SENT: list[Row] = [(DONE, 9.5, 9.5, "act", "restart machine A"), (DONE, 18, 18, "act", "restart machine B")]
DELIVERED = [
    Figure(name="deliveries lost", value=0, unit="deliveries"),
    Figure(name="deliveries repeated", value=3, unit="deliveries"),
]
RELEASES: list[Row] = [
    ("health", 0, 12.2, "good", "answers 200"), ("health", 12.4, 13, "bad", "answers 503"),
    ("health", 13.2, 124, "good", "answers 200"),
    ("release", 0, 37.8, "good", "v42"), ("release", 37.8, 96.9, "good", "v41"), ("release", 96.9, 124, "good", "v42"),
    (DONE, 2, 37.8, "act", "deploy back to v41"), (DONE, 60, 96.9, "act", "deploy forward to v42"),
]  # fmt: skip
ROLLED_BACK = [Figure(name="time to roll back", value=35.8, unit="s"), Figure(name="outage seen", value=0.6, unit="s")]
